import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ParleyError } from '../../kernel/errors.js';
import { ExpiringCache } from '../../kernel/expiring-cache.js';
import type { Principal } from '../../kernel/principal.js';
import { BotsRepository, type TokenOwner } from './bots.repository.js';
import { newSecret, secretHash } from './one-time-secrets.js';
import { SessionEvents } from './session-events.js';

/** Programs that look for leaked secrets recognize a token by it. */
const PREFIX = 'parley_bot_';
/** They end when they are revoked, and no sooner. */
const NEVER = Date.parse('9999-12-31T23:59:59.999Z');
const MOST_REMEMBERED = 5_000;
/** For so long another node may still accept a token that was revoked here. */
const REMEMBERED_MS = 5_000;

/** What bots sign in with: random, long, and good until it is revoked. */
@Injectable()
export class BotTokens implements OnModuleDestroy {
  private readonly remembered = new ExpiringCache<TokenOwner | null>(MOST_REMEMBERED, REMEMBERED_MS);
  private readonly stopListening: () => void;

  constructor(
    private readonly repository: BotsRepository,
    events: SessionEvents,
  ) {
    this.stopListening = events.onEnded(({ userId }) =>
      this.remembered.forgetWhere((owner) => owner?.userId === userId),
    );
  }

  onModuleDestroy(): void {
    this.stopListening();
  }

  isBotToken(token: string): boolean {
    return token.startsWith(PREFIX);
  }

  make(): { token: string; tokenHash: Buffer } {
    const token = PREFIX + newSecret();
    return { token, tokenHash: secretHash(token) };
  }

  /** @throws `unauthenticated` where it was revoked, never was, or its bot is disabled. */
  async verify(token: string): Promise<Principal> {
    const hash = secretHash(token);
    const owner = await this.remembered.getOrLoad(hash.toString('base64'), () => this.repository.ownerOf(hash));
    if (!owner || owner.isDisabled) throw new ParleyError('unauthenticated');
    return { userId: owner.userId, isBot: true, sessionId: owner.tokenId, expiresAt: NEVER, scopes: [] };
  }
}
