import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { asParleyError, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { bearerOf } from '../../platform/http/bearer.js';
import { type ApiRequest, IS_LINKED, IS_PUBLIC, requestOf } from '../../platform/http/request.js';
import { peerAddressOf } from '../../platform/limits/rate-limit.guard.js';
import { RateLimits } from '../../platform/limits/rate-limits.js';
import { SignedLinks } from './signed-links.js';
import { TokenService } from './token.service.js';

/** Every REST route needs a token, in the `Authorization` header and nowhere else, unless it is `@Public()` or `@Linked()`. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenService,
    private readonly links: SignedLinks,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Sockets are authenticated once, in their handshake.
    if (context.getType() !== 'http') return true;
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const request = requestOf(context);
    try {
      const isLinked = this.reflector.get<boolean>(IS_LINKED, context.getHandler()) && request.query.link !== undefined;
      request.principal = isLinked ? this.links.principalOf(request) : await this.principalOf(request);
    } catch (fault) {
      const isRefused = asParleyError(fault).status === 401;
      // The guards that charge requests come after this one, and see none that it refuses.
      throw (isRefused && this.limits.charge('addresses', peerAddressOf(request))?.refusal) || fault;
    }
    return true;
  }

  private async principalOf({ headers, query }: ApiRequest): Promise<Principal> {
    const token = bearerOf(headers.authorization);
    if (token === null || query.token !== undefined) throw new ParleyError('unauthenticated');
    return this.tokens.verify(token);
  }
}
