import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Need } from '@parley/protocol';
import { ParleyError } from '../../kernel/errors.js';
import { isForServerAdmins, NEEDS } from '../../platform/documented.js';
import { requestOf } from '../../platform/http/request.js';
import { UsersService } from '../users/index.js';

/** A route for server admins is `forbidden` to everybody else, whatever they ask of it. */
@Injectable()
export class ServerAdminGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly users: UsersService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needs = this.reflector.get<readonly Need[] | undefined>(NEEDS, context.getHandler()) ?? [];
    if (context.getType() !== 'http' || !isForServerAdmins(needs)) return true;
    const { principal } = requestOf(context);
    if (!principal || !(await this.users.isServerAdmin(principal.userId))) throw new ParleyError('forbidden');
    return true;
  }
}
