import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ParleyError } from '../../kernel/errors.js';
import { IS_PUBLIC, requestOf } from '../../platform/http/request.js';
import { TokenService } from './token.service.js';

/** Every REST route needs a token, in the `Authorization` header and nowhere else, unless it is `@Public()`. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Sockets are authenticated once, in their handshake.
    if (context.getType() !== 'http') return true;
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const request = requestOf(context);
    const token = bearerOf(request.headers.authorization);
    if (token === null || request.query.token !== undefined) throw new ParleyError('unauthenticated');
    request.principal = await this.tokens.verify(token);
    return true;
  }
}

/** The token of an `Authorization` header; null where there is none. */
export const bearerOf = (header: string | undefined): string | null =>
  /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
