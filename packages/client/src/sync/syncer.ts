import type { SyncAnswer, SyncBody } from '@parley/protocol';
import type { Model } from '../model/model.js';

/** Milliseconds before a question is repeated: half of a step at least, the whole at most. */
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

export type Ask = (question: SyncBody) => Promise<SyncAnswer>;

/** Resolves after so many milliseconds, or at once when the signal says so. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/**
 * Brings the store to where the server is: after each `start` wherever it may be behind, and from then on whenever it is
 * in need. One question at a time; what becomes of need meanwhile goes into the next one.
 */
export class Syncer {
  /** The connection that is asked; null: there is none. */
  #connection: AbortController | null = null;
  #isAsking = false;

  constructor(
    private readonly model: Model,
    private readonly ask: Ask,
    private readonly wait: Wait = later,
  ) {
    model.onDirty(() => this.#meetNeed());
  }

  /**
   * A new connection is ready, and the model has begun. Asks until there is nothing more; failures are repeated with
   * back-off. Resolves with true when everything is there, with false if stopped or started anew before.
   */
  start(): Promise<boolean> {
    this.stop();
    const connection = new AbortController();
    this.#connection = connection;
    return this.#run(connection);
  }

  /** The connection ended: answers that still come are dropped. */
  stop(): void {
    this.#connection?.abort();
    this.#connection = null;
    this.#isAsking = false;
  }

  #meetNeed(): void {
    const connection = this.#connection;
    if (connection && !this.#isAsking) void this.#run(connection);
  }

  async #run(connection: AbortController): Promise<boolean> {
    const { signal } = connection;
    this.#isAsking = true;
    let failures = 0;
    // What is touched by the frames of one turn is asked about together.
    await Promise.resolve();
    while (!signal.aborted) {
      const question = this.model.nextQuestion();
      if (!question) {
        this.#isAsking = false;
        return true;
      }
      const hasHelped = await this.#round(question, signal);
      failures = hasHelped ? 0 : failures + 1;
      if (failures > 0) await this.wait(backOff(failures), signal);
    }
    return false;
  }

  /** Whether the question was answered, and anything came of it. */
  async #round(question: SyncBody, signal: AbortSignal): Promise<boolean> {
    try {
      const answer = await this.ask(question);
      return !signal.aborted && this.model.applySync(question, answer);
    } catch {
      // Whatever it was: as long as there is a connection there is nothing better than to ask again.
      return false;
    }
  }
}

function backOff(failures: number): number {
  const step = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return step / 2 + (Math.random() * step) / 2;
}

function later(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
