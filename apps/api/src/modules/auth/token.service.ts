import { Injectable } from '@nestjs/common';
import { decodeJwt } from 'jose';
import { OWN_ISSUER } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { BotTokens } from './bot-tokens.js';
import { HostTokens } from './host-tokens.js';
import { OwnTokens } from './own-tokens.js';

const LONGEST = 8_192;

/** Access tokens for every transport: Parley's own, the host product's, and those of bots. */
@Injectable()
export class TokenService {
  constructor(
    private readonly own: OwnTokens,
    private readonly bots: BotTokens,
    private readonly host: HostTokens,
    private readonly reporter: EventReporter,
  ) {}

  /** A token of Parley's own for a session of this user. */
  issue(user: { id: string }, sessionId: string): string {
    return this.own.issue(user, sessionId);
  }

  /**
   * Who the token belongs to. Only its issuer is read before its signature is checked, and decides nothing but which
   * key and algorithm must fit.
   * @throws `token_expired`, `unauthenticated`, or `service_unavailable` where keys or database are away.
   */
  async verify(token: string): Promise<Principal> {
    if (this.bots.isBotToken(token)) return this.bots.verify(token);
    const issuer = issuerOf(token);
    if (issuer === OWN_ISSUER) return this.own.verify(token);
    if (this.host.isIssuer(issuer)) return this.host.verify(token);
    this.reporter.tokenRefused('unauthenticated', shown(issuer));
    throw new ParleyError('unauthenticated');
  }

  /**
   * Whose own token this is or was, though its session may have ended.
   * @throws `token_expired`, `unauthenticated`.
   */
  async ownerOf(token: string): Promise<string> {
    if (issuerOf(token) !== OWN_ISSUER) throw new ParleyError('unauthenticated');
    return (await this.own.read(token)).userId;
  }
}

const shown = (claim: unknown): string | null => (typeof claim === 'string' ? claim.slice(0, 200) : null);

function issuerOf(token: string): unknown {
  if (token.length > LONGEST) throw new ParleyError('unauthenticated');
  try {
    return decodeJwt(token).iss;
  } catch {
    throw new ParleyError('unauthenticated');
  }
}
