import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { OWN_ISSUER } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { SessionStatusCache } from './session-status.cache.js';
import { type Claims, checkTimes } from './token-claims.js';

/** Seconds that an access token lives. */
export const ACCESS_SECONDS = 15 * 60;
/** Distinguishes our access tokens from anything else that may be signed with the same secret. */
const KIND = 'access';
const NAMES = { issuer: OWN_ISSUER, audience: OWN_ISSUER };

/** Access tokens of Parley's own accounts: HS256, a quarter of an hour. */
@Injectable()
export class OwnTokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly statuses: SessionStatusCache,
  ) {}

  issue(user: { id: string }, sessionId: string): string {
    const claims = { sub: user.id, sid: sessionId, typ: KIND };
    return this.jwt.sign(claims, { ...NAMES, algorithm: 'HS256', expiresIn: ACCESS_SECONDS });
  }

  /** @throws `token_expired`, else `unauthenticated`. */
  async verify(token: string): Promise<Principal> {
    const { userId, sessionId, expiresAt } = await this.read(token);
    const status = await this.statuses.ofSession(sessionId);
    if (status?.userId !== userId || status.isDisabled) throw new ParleyError('unauthenticated');
    return { userId, isBot: status.isBot, sessionId, expiresAt, scopes: [] };
  }

  /** The claims of a genuine token, whatever became of its session. @throws as `verify` does. */
  async read(token: string): Promise<{ userId: string; sessionId: string; expiresAt: number }> {
    const { sub, sid, typ, ...times } = await this.claimsOf(token);
    const expiresAt = checkTimes(times);
    if (typ !== KIND || !isUuid(sub) || !isUuid(sid)) throw new ParleyError('unauthenticated');
    return { userId: sub, sessionId: sid, expiresAt };
  }

  private async claimsOf(token: string): Promise<Claims> {
    try {
      // The times are ours to check: the library's leeway would stretch `exp` too.
      const options = { ...NAMES, algorithms: ['HS256' as const], ignoreExpiration: true, ignoreNotBefore: true };
      return await this.jwt.verifyAsync<Claims>(token, options);
    } catch (fault) {
      throw new ParleyError('unauthenticated', {}, { cause: fault });
    }
  }
}
