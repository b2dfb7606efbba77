import { Injectable } from '@nestjs/common';
import { ParleyError } from '../../../kernel/errors.js';
import type { Principal } from '../../../kernel/principal.js';
import type { Credential } from '../../../realtime/connections/engine-connection.js';
import { TokenVerifier } from '../../../realtime/connections/token-verifier.js';
import { ForumSessions, TicketsService } from '../../auth/index.js';

/** Finds the user of what a connection came with. */
@Injectable()
export class CredentialVerifier {
  constructor(
    private readonly tokens: TokenVerifier,
    private readonly tickets: TicketsService,
    private readonly sessions: ForumSessions,
  ) {}

  /** By exactly one credential: with two it would not be clear who is coming. */
  async verify([credential, another]: readonly Credential[]): Promise<Principal> {
    if (!credential || another) throw new ParleyError('unauthenticated');
    if ('session' in credential) return this.sessions.verify(credential.session);
    return 'ticket' in credential ? this.tickets.redeem(credential.ticket) : this.tokens.verify(credential.token);
  }
}
