import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Ticket } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { TicketsRepository } from './tickets.repository.js';
import { TokenService } from './token.service.js';
import { refused } from './token-claims.js';

const TICKET_SECONDS = 30;
const TICKET_BYTES = 32;
const CIPHER = 'aes-256-gcm';
const TAG_BYTES = 16;
/** Each key encrypts one token, so there is nothing that a nonce would have to tell apart. */
const NONCE = Buffer.alloc(12);

/**
 * Tickets: for URLs, which are logged, in place of the token that they stand for. A ticket is good once, on any node, and
 * for as long as its token would be: it is that token which is verified when the ticket is used.
 */
@Injectable()
export class TicketsService {
  constructor(
    private readonly repository: TicketsRepository,
    private readonly tokens: TokenService,
  ) {}

  /** A ticket for a token that has been verified. */
  async issue(token: string): Promise<Ticket> {
    const secret = randomBytes(TICKET_BYTES);
    await this.repository.create({ hash: ticketHash(secret), sealedToken: sealed(token, secret) }, TICKET_SECONDS);
    return { ticket: secret.toString('base64url'), expiresIn: TICKET_SECONDS };
  }

  /**
   * Uses the ticket.
   * @throws `unauthenticated` where it is none, was used or has expired, else what is thrown for its token.
   */
  async redeem(ticket: string): Promise<Principal> {
    const secret = Buffer.from(ticket, 'base64url');
    if (secret.length !== TICKET_BYTES) throw refused('this is no ticket');
    const sealedToken = await this.repository.take(ticketHash(secret));
    if (!sealedToken) throw refused('the ticket was used or has expired, or there was none');
    return this.tokens.verify(opened(sealedToken, secret));
  }
}

/** 32 bytes for this purpose, which tell nothing of the ticket or of those for the other one. */
const derived = (secret: Buffer, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
const ticketHash = (secret: Buffer): Buffer => derived(secret, 'parley ticket');

function sealed(token: string, secret: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, derived(secret, 'parley ticket token'), NONCE);
  return Buffer.concat([cipher.update(token, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

function opened(sealedToken: Buffer, secret: Buffer): string {
  const decipher = createDecipheriv(CIPHER, derived(secret, 'parley ticket token'), NONCE);
  decipher.setAuthTag(sealedToken.subarray(-TAG_BYTES));
  return decipher.update(sealedToken.subarray(0, -TAG_BYTES)).toString('utf8') + decipher.final('utf8');
}
