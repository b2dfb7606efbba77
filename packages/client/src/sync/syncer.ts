import type { SyncAnswer, SyncBody } from '@parley/protocol';
import { backOff } from '../connection/back-off.js';
import type { Model } from '../model/model.js';
import { SdkError } from '../sdk-error.js';

export interface SyncerOptions {
  model: Model;
  ask: (question: SyncBody) => Promise<SyncAnswer>;
  /** The store has taken an answer. */
  onTaken: (answer: SyncAnswer) => void;
  /** A defect of the program; nothing is asked any more until `start`. */
  onFault: (fault: unknown) => void;
}

/**
 * Brings the store to where the server is: after each `start` wherever it may be behind, and from then on whenever it is
 * in need. One question at a time; what becomes of need meanwhile goes into the next one.
 */
export class Syncer {
  /** The connection that is asked; null: there is none. */
  #connection: object | null = null;
  #isAsking = false;
  /** Ends a wait before its time. */
  #endWait: () => void = () => undefined;

  constructor(private readonly options: SyncerOptions) {
    options.model.onDirty(() => {
      if (this.#connection && !this.#isAsking) void this.#run(this.#connection);
    });
  }

  /**
   * A new connection is ready, and the model has begun. Asks until there is nothing more; failures are repeated with
   * back-off. Resolves with true when everything is there, with false if stopped or started anew before.
   */
  start(): Promise<boolean> {
    this.stop();
    this.#connection = {};
    return this.#run(this.#connection);
  }

  /** The connection ended: answers that still come are dropped. */
  stop(): void {
    this.#connection = null;
    this.#isAsking = false;
    this.#endWait();
  }

  async #run(connection: object): Promise<boolean> {
    this.#isAsking = true;
    let failures = 0;
    // What is touched by the frames of one turn is asked about together.
    await Promise.resolve();
    while (connection === this.#connection) {
      const question = this.options.model.nextQuestion();
      if (!question) {
        this.#isAsking = false;
        return true;
      }
      if (await this.#round(question, connection)) failures = 0;
      else if (connection === this.#connection) {
        failures += 1;
        // From half a second on.
        await this.#wait(backOff(failures - 2));
      }
    }
    return false;
  }

  /** Whether the question was answered, and anything came of it. */
  async #round(question: SyncBody, connection: object): Promise<boolean> {
    const { model, ask, onTaken, onFault } = this.options;
    try {
      const answer = await ask(question);
      if (connection !== this.#connection) return false;
      const hasHelped = model.applySync(question, answer);
      onTaken(answer);
      return hasHelped;
    } catch (fault) {
      // Whatever was said: as long as there is a connection there is nothing better than to ask again.
      if (!(fault instanceof SdkError)) {
        this.stop();
        onFault(fault);
      }
      return false;
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
