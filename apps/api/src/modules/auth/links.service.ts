import { Injectable } from '@nestjs/common';
import type { CreateLinkBody, LinkPurpose, LinkView } from '@parley/protocol';
import { Database, type Db } from '../../database/database.js';
import { publicPath } from '../../kernel/base-path.js';
import { conflict, invalid, notFound, ParleyError } from '../../kernel/errors.js';
import { AuditService } from '../audit/index.js';
import { usernameFrom } from '../users/index.js';
import { AccountsRepository } from './accounts.repository.js';
import { type KnownLink, LinksRepository } from './links.repository.js';
import { newSecret, secretHash } from './one-time-secrets.js';

/** A link as whoever made it gets it, once. */
export interface MadeLink extends LinkView {
  id: string;
  /** The path from the root of the origin; the token stands behind a `#`, which browsers send to no server. */
  path: string;
}

const HOURS: Record<LinkPurpose, number> = { invite: 7 * 24, reset: 24 };

const UNUSABLE = {
  used: 'This link has been used already, and works only once. Ask for a new one.',
  revoked: 'This link has been taken back. Ask for a new one.',
  expired: 'This link is too old. Ask for a new one.',
};

/** Links that work once: to register, and to set a new password. */
@Injectable()
export class LinksService {
  constructor(
    private readonly database: Database,
    private readonly repository: LinksRepository,
    private readonly accounts: AccountsRepository,
    private readonly audit: AuditService,
  ) {}

  /**
   * `by` null is the command line.
   * @throws `conflict` for an invite to a username that is taken, and a reset for who has no password here; `not_found`.
   */
  async create(
    by: string | null,
    { purpose, username: given, hours = HOURS[purpose] }: CreateLinkBody,
  ): Promise<MadeLink> {
    const username = given === undefined ? null : usernameFrom(given);
    if (given !== undefined && username === null) throw invalid('username', 'is none');
    const userId = purpose === 'reset' ? await this.resettable(username) : null;
    if (purpose === 'invite') await this.requireFree(username);
    const token = newSecret();
    const link = { purpose, tokenHash: secretHash(token), userId, username, createdBy: by, hours };
    return this.database.transaction(async (tx) => {
      const { id, expiresAt } = await this.repository.create(link, tx);
      const target = { kind: 'link', id } as const;
      const details = { ...(username !== null && { username }), expiresAt: expiresAt.toISOString() };
      await this.audit.record({ actorId: by, action: `${purpose}_created`, target, details }, tx);
      return { id, purpose, username, expiresAt: expiresAt.toISOString(), path: publicPath(`/${purpose}#${token}`) };
    });
  }

  /** Takes a link back that nobody has used yet. @throws `not_found` */
  async revoke(by: string | null, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const link = await this.repository.revoke(id, tx);
      if (!link) throw notFound();
      await this.audit.record({ actorId: by, action: `${link.purpose}_revoked`, target: { kind: 'link', id } }, tx);
    });
  }

  /** What a link is for. @throws as `open` does. */
  async view(token: string): Promise<LinkView> {
    const { purpose, username, expiresAt } = await this.known(token);
    return { purpose, username, expiresAt: expiresAt.toISOString() };
  }

  /** A link that can still be used. @throws `not_found`, and `conflict` where it was used, taken back, or is too old. */
  async open(token: string, purpose: LinkPurpose): Promise<KnownLink> {
    const link = await this.known(token);
    if (link.purpose !== purpose) throw notFound();
    return link;
  }

  /** Uses it up with the transaction. @throws `conflict` where that was done, or it has expired, meanwhile. */
  async use(token: string, { userId, purpose }: { userId: string; purpose: LinkPurpose }, tx: Db): Promise<void> {
    const id = await this.repository.use(secretHash(token), userId, tx);
    if (id === null) {
      await this.known(token, tx);
      throw unusable('used');
    }
    await this.audit.record({ actorId: userId, action: `${purpose}_used`, target: { kind: 'link', id } }, tx);
  }

  private async known(token: string, tx?: Db): Promise<KnownLink> {
    const link = await this.repository.find(secretHash(token), tx);
    if (!link) throw new ParleyError('not_found', { message: 'This link does not lead anywhere. Is it complete?' });
    if (link.usedAt) throw unusable('used');
    if (link.revokedAt) throw unusable('revoked');
    if (link.isExpired) throw unusable('expired');
    return link;
  }

  private async requireFree(username: string | null): Promise<void> {
    if (username !== null && (await this.accounts.findByUsername(username))) throw conflict('username', 'taken');
  }

  private async resettable(username: string | null): Promise<string> {
    if (username === null) throw invalid('username', 'must be given');
    const account = await this.accounts.findByUsername(username);
    if (!account) throw notFound();
    if (account.passwordHash === null) throw conflict('username', 'without_password');
    if (account.isDisabled) throw conflict('username', 'disabled');
    return account.id;
  }
}

const unusable = (why: keyof typeof UNUSABLE): ParleyError =>
  new ParleyError('conflict', { message: UNUSABLE[why], details: [{ path: 'link', message: why }] });
