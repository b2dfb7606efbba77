import { ParleyError } from '../../kernel/errors.js';
import { Limiter } from '../../platform/limits/limiter.js';
import type { CommandConnection } from './command-connection.js';

/** Of one socket, at the same time. Clients wait for answers now and then; a flood does not. */
const MOST_UNANSWERED = 1_000;
/** The same before its `ready`, when none can be answered: they wait in memory, for as long as the database does. */
const MOST_BEFORE_READY = 50;
const PAUSE_MS = 1_000;

/** The commands that were given and are not answered yet. */
export class InFlightLimiter {
  private readonly limiter = new Limiter({ commands: { atOnce: MOST_UNANSWERED } });

  /** Of all sockets, those that have gone included. */
  get total(): number {
    return this.limiter.running('commands');
  }

  of(socket: CommandConnection): number {
    return this.limiter.running('commands', socket);
  }

  /** Counts the command as long as `work` runs. @throws what it is answered where it must not be run. */
  async during<T>(socket: CommandConnection, work: () => Promise<T>): Promise<T> {
    const { refusal, isReady } = socket.data;
    if (refusal) throw refusal;
    const isTooMany = isReady ? this.limiter.left('commands', socket) <= 0 : this.of(socket) >= MOST_BEFORE_READY;
    if (isTooMany) throw new ParleyError('rate_limited', { retryAfterMs: PAUSE_MS });
    return this.limiter.during('commands', socket, work);
  }
}
