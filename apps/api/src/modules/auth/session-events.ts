import { Injectable } from '@nestjs/common';

/** Tokens of this user are no longer good: those of one session, or of all of them where `sessionId` is null. */
export interface SessionEnded {
  userId: string;
  sessionId: string | null;
}

type Listener = (ended: SessionEnded) => void;

/** Tells, inside this process, of sessions that were ended by signing out, a new password or disabling the user. */
@Injectable()
export class SessionEvents {
  private readonly listeners = new Set<Listener>();

  /** Calls `listener` for each, after the database has it; returns a function that stops that. */
  onEnded(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  ended(event: SessionEnded): void {
    for (const listener of this.listeners) listener(event);
  }
}
