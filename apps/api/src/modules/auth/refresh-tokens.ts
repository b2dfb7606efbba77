import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isUuid } from '../../kernel/ids.js';
import { Keys } from '../../platform/keys.js';

export interface RefreshToken {
  sessionId: string;
  /** Which token of the session's family this is: 1 for the first. */
  generation: number;
}

/**
 * Refresh tokens `session.generation.mac`. The MAC covers both, so that who knows one generation cannot make up the
 * next, and the database holds nothing from which a token could be made.
 */
@Injectable()
export class RefreshTokens {
  private readonly key: Buffer;

  constructor(keys: Keys) {
    this.key = keys.derive('refresh tokens');
  }

  seal({ sessionId, generation }: RefreshToken): string {
    return `${sessionId}.${generation}.${this.mac(sessionId, generation).toString('base64url')}`;
  }

  /** Null for what this deployment never issued. */
  open(token: string): RefreshToken | null {
    const [sessionId, digits, mac, ...rest] = token.split('.');
    if (!isUuid(sessionId) || !/^[1-9]\d{0,8}$/.test(digits ?? '') || mac === undefined || rest.length > 0) return null;
    const generation = Number(digits);
    const expected = this.mac(sessionId, generation);
    const given = Buffer.from(mac, 'base64url');
    const genuine = given.length === expected.length && timingSafeEqual(given, expected);
    return genuine ? { sessionId, generation } : null;
  }

  private mac(sessionId: string, generation: number): Buffer {
    return createHmac('sha256', this.key).update(`${sessionId}.${generation}`).digest();
  }
}
