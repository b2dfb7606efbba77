import { ParleyError } from '../../kernel/errors.js';
import type { CommandConnection } from './command-connection.js';

/** Of one socket, at the same time. Clients wait for answers now and then; a flood does not. */
const MOST_UNANSWERED = 1_000;
/** The same before its `ready`, when none can be answered: they wait in memory, for as long as the database does. */
const MOST_BEFORE_READY = 50;
const PAUSE_MS = 1_000;

/** The commands that were given and are not answered yet. */
export class InFlightLimiter {
  private readonly ofSockets = new WeakMap<CommandConnection, number>();
  private all = 0;

  /** Of all sockets, those that have gone included. */
  get total(): number {
    return this.all;
  }

  of(socket: CommandConnection): number {
    return this.ofSockets.get(socket) ?? 0;
  }

  /** Counts the command as long as `work` runs. @throws what it is answered where it must not be run. */
  async during<T>(socket: CommandConnection, work: () => Promise<T>): Promise<T> {
    const { refusal, isReady } = socket.data;
    if (refusal) throw refusal;
    const before = this.of(socket);
    if (before >= (isReady ? MOST_UNANSWERED : MOST_BEFORE_READY))
      throw new ParleyError('rate_limited', { retryAfterMs: PAUSE_MS });
    this.ofSockets.set(socket, before + 1);
    this.all += 1;
    try {
      return await work();
    } finally {
      this.ofSockets.set(socket, this.of(socket) - 1);
      this.all -= 1;
    }
  }
}
