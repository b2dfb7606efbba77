import { Injectable } from '@nestjs/common';
import type { Principal } from '../../kernel/principal.js';
import { SessionsRepository } from './sessions.repository.js';

/**
 * Sessions of this user that are over, by name: an ended session never begins again, so the event may arrive late and
 * affects no session that began since.
 */
export interface SessionsEnded {
  userId: string;
  sessionIds: readonly string[];
  /** The user was disabled, so tokens of the host product are no longer good either: until they are enabled again. */
  isDisabled: boolean;
  /** From another node: not to be published again. */
  isRemote?: true;
}

type Listener = (ended: SessionsEnded) => void;

/** Publishes, inside this process, sessions that were ended by signing out, a new password or disabling the user. */
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
  async overAmong(principals: readonly Principal[]): Promise<Set<Principal>> {
    const userIds = [...new Set(principals.map(({ userId }) => userId))];
    const sessionIds = [...new Set(principals.flatMap(({ sessionId }) => sessionId ?? []))];
    const over = await this.sessions.over(userIds, sessionIds);
    const disabled = new Set(over.userIds);
    const ended = new Set(over.sessionIds);
    const isOver = ({ userId, sessionId }: Principal) => disabled.has(userId) || (sessionId && ended.has(sessionId));
    return new Set(principals.filter(isOver));
  }

  ended(event: SessionsEnded): void {
    for (const listener of this.listeners) listener(event);
  }
}
