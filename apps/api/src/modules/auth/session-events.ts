import { Injectable } from '@nestjs/common';
import type { Principal } from '../../kernel/principal.js';
import { SessionsRepository } from './sessions.repository.js';

/** Tokens of this user are no longer good: those of one session, or of all of them where `sessionId` is null. */
export interface SessionEnded {
  userId: string;
  sessionId: string | null;
  /** Told by another node, or found in the database: nobody else has to be told. */
  heard?: true;
}

type Listener = (ended: SessionEnded) => void;

/** Tells, inside this process, of sessions that were ended by signing out, a new password or disabling the user. */
@Injectable()
export class SessionEvents {
  constructor(private readonly sessions: SessionsRepository) {}

  private readonly listeners = new Set<Listener>();

  /** Calls `listener` for each, after the database has it; returns a function that stops that. */
  onEnded(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Of those who hold a token: whose session is over, and who was disabled. One query. */
  async endedAmong(principals: readonly Principal[]): Promise<SessionEnded[]> {
    const userIds = [...new Set(principals.map(({ userId }) => userId))];
    const sessionIds = [...new Set(principals.flatMap(({ sessionId }) => sessionId ?? []))];
    const over = await this.sessions.over(userIds, sessionIds);
    const disabled = new Set(over.userIds);
    const ended = new Set(over.sessionIds);
    const isOver = ({ userId, sessionId }: Principal) => disabled.has(userId) || (sessionId && ended.has(sessionId));
    return principals.filter(isOver).map(({ userId, sessionId }) => ({ userId, sessionId, heard: true }));
  }

  ended(event: SessionEnded): void {
    for (const listener of this.listeners) listener(event);
  }
}
