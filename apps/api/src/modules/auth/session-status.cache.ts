import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ExpiringCache } from '../../kernel/expiring-cache.js';
import { SessionEvents } from './session-events.js';
import { SessionsRepository } from './sessions.repository.js';

type SessionStatus = Awaited<ReturnType<SessionsRepository['status']>>;

const MOST_REMEMBERED = 20_000;
/** For so long another node may still accept a token of a session that was ended here. */
const REMEMBERED_MS = 5_000;

/** Whether sessions still last, without a query for each request. */
@Injectable()
export class SessionStatusCache implements OnModuleDestroy {
  private readonly remembered = new ExpiringCache<SessionStatus>(MOST_REMEMBERED, REMEMBERED_MS);
  private readonly stopListening: () => void;

  constructor(
    private readonly repository: SessionsRepository,
    events: SessionEvents,
  ) {
    this.stopListening = events.onEnded(({ sessionIds }) => {
      for (const sessionId of sessionIds) this.remembered.forget(sessionId);
    });
  }

  onModuleDestroy(): void {
    this.stopListening();
  }

  /** Null where the session has ended. */
  ofSession(sessionId: string): Promise<SessionStatus> {
    return this.remembered.getOrLoad(sessionId, () => this.repository.status(sessionId));
  }
}
