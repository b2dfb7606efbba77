import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { parseCookie } from 'cookie';
import { isUuid } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { RefreshCookieNames } from '../../platform/http/refresh-cookie-names.js';
import { Keys } from '../../platform/keys.js';
import { SessionStatusCache } from './session-status.cache.js';
import { refused } from './token-claims.js';

/**
 * What the cookie of `/ws?profile=forum` holds: `session.mac`. It names a session and neither continues it nor stands in
 * the place of a token, so whoever reads it there has nothing that opens anything else.
 */
@Injectable()
export class ForumSessions {
  private readonly key: Buffer;

  constructor(
    keys: Keys,
    private readonly names: RefreshCookieNames,
    private readonly statuses: SessionStatusCache,
  ) {
    this.key = keys.derive('sessions of the forum profile');
  }

  seal(sessionId: string): string {
    return `${sessionId}.${this.mac(sessionId).toString('base64url')}`;
  }

  /**
   * Whose session the `Cookie` header names, as long as that session lasts.
   * @throws `unauthenticated`
   */
  async verify(cookies: string): Promise<Principal> {
    const value = parseCookie(cookies)[this.names.forum];
    if (value === undefined) throw refused('there is no cookie of a session');
    const sessionId = this.open(value);
    if (sessionId === null) throw refused('the cookie of the session is none of ours');
    const status = await this.statuses.ofSession(sessionId);
    if (!status || status.isDisabled) throw refused('the session of the cookie has ended');
    const { userId, isBot, expiresAt } = status;
    return { userId, isBot, sessionId, expiresAt: expiresAt.getTime(), scopes: [] };
  }

  private open(value: string): string | null {
    const [sessionId, mac, ...rest] = value.split('.');
    if (!isUuid(sessionId) || mac === undefined || rest.length > 0) return null;
    const [given, expected] = [Buffer.from(mac, 'base64url'), this.mac(sessionId)];
    return given.length === expected.length && timingSafeEqual(given, expected) ? sessionId : null;
  }

  private mac(sessionId: string): Buffer {
    return createHmac('sha256', this.key).update(sessionId).digest();
  }
}
