import { Injectable } from '@nestjs/common';
import type { Page, SessionItem } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import { notFound } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { AccountsRepository } from './accounts.repository.js';
import { RefreshTokens } from './refresh-tokens.js';
import { SessionEvents } from './session-events.js';
import { type SessionRow, SessionsRepository } from './sessions.repository.js';

/** A session with the token that continues it. */
export interface OpenSession {
  userId: string;
  sessionId: string;
  refreshToken: string;
}

/** An account, and the hash that its password was found to fit. */
export interface Proven {
  id: string;
  passwordHash: string;
}

export interface PasswordChange {
  userAgent: string | undefined;
  /** Done in the same transaction; may refuse. */
  within?: (tx: Db) => Promise<void>;
}

const LONGEST_AGENT = 200;

/** Who is signed in where. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly repository: SessionsRepository,
    private readonly accounts: AccountsRepository,
    private readonly tokens: RefreshTokens,
    private readonly events: SessionEvents,
  ) {}

  /** A new session; null where the password is not this one any more, or the user was disabled meanwhile. */
  async open({ id: userId, passwordHash }: Proven, userAgent: string | undefined): Promise<OpenSession | null> {
    const sessionId = await this.repository.create({ userId, passwordHash, userAgent: agentOf(userAgent) });
    return sessionId === null ? null : this.first(userId, sessionId);
  }

  /** Changes the password, which ends all sessions and begins a new one; null where it was changed meanwhile. */
  async changePassword(
    { id: userId, passwordHash: from }: Proven,
    to: string,
    { userAgent, within }: PasswordChange,
  ): Promise<OpenSession | null> {
    const change = { userAgent: agentOf(userAgent), within };
    const changed = await this.accounts.changePassword(userId, { from, to }, change);
    if (!changed) return null;
    this.events.ended({ userId, sessionIds: changed.ended, isDisabled: false });
    return this.first(userId, changed.sessionId);
  }

  /** The session with its next token. Null where the token is not good any more; its whole family then ends. */
  async resume(refreshToken: string): Promise<OpenSession | null> {
    const token = this.tokens.open(refreshToken);
    if (!token) return null;
    const rotated = await this.repository.rotate(token);
    if (!rotated) {
      await this.end(token.sessionId);
      return null;
    }
    const { userId, generation } = rotated;
    const { sessionId } = token;
    return { userId, sessionId, refreshToken: this.tokens.seal({ sessionId, generation }) };
  }

  /** Ends the session of a refresh token, whatever its generation. */
  async endByToken(refreshToken: string): Promise<void> {
    const token = this.tokens.open(refreshToken);
    if (token) await this.end(token.sessionId);
  }

  /** Ends a session if it is live; with `userId`, only one of theirs. Returns whether it did. */
  async end(sessionId: string, userId?: string): Promise<boolean> {
    const row = await this.repository.endOne(sessionId, userId);
    if (row) this.events.ended({ userId: row.userId, sessionIds: [sessionId], isDisabled: false });
    return row !== null;
  }

  /** The caller's live sessions, the latest used first, at most 100. */
  async list({ userId, sessionId }: Principal): Promise<Page<SessionItem>> {
    const rows = await this.repository.list(userId);
    return { items: rows.map((row) => toSessionItem(row, sessionId)), nextCursor: null, hasMore: false };
  }

  /** @throws `not_found` where it is not a live session of the caller's. */
  async endOwn({ userId }: Principal, sessionId: string): Promise<void> {
    if (!(await this.end(sessionId, userId))) throw notFound();
  }

  private first(userId: string, sessionId: string): OpenSession {
    return { userId, sessionId, refreshToken: this.tokens.seal({ sessionId, generation: 1 }) };
  }
}

const agentOf = (userAgent: string | undefined): string | null => userAgent?.slice(0, LONGEST_AGENT) ?? null;

function toSessionItem(row: SessionRow, currentId: string | null): SessionItem {
  return {
    id: row.id,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt.toISOString(),
    userAgent: row.userAgent,
    isCurrent: row.id === currentId,
  };
}
