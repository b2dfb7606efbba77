import { SYNC_LIMITS, type SyncAnswer, type SyncBody } from '@parley/protocol';
import { backOff } from '../connection/back-off.js';
import type { Model } from '../model/model.js';
import { SdkError } from '../sdk-error.js';

export interface SyncerOptions {
  model: Model;
  /** Asks through the socket. Nothing else comes through it while the answer does, pings included. */
  ask: (question: SyncBody, ms: number) => Promise<SyncAnswer>;
  /** Asks by a request of its own, and calls `onBytes` as the answer comes. */
  fetch: (question: SyncBody, onBytes: () => void) => Promise<SyncAnswer>;
  /** Resolves when a small request was answered. */
  probe: () => Promise<unknown>;
  /** The store has taken an answer. */
  onTaken: (answer: SyncAnswer) => void;
  /** A defect of the program; nothing is asked any more until `start`. */
  onFault: (fault: unknown) => void;
  /** It takes long on a slow line, and is coming. */
  onBehind: () => void;
  /** The socket is busy with an answer that takes long on a slow line. */
  onClogged: () => void;
}

/** An answer that is not there by then is looked into. */
const SILENCE_MS = 5_000;
/** A small request that is answered within this shows that neither the server nor the line is dead. */
const PROBE_MS = 3_000;
/** What stays without an answer longer than pings do will not have one. */
const TIMEOUT_MS = 40_000;
/** An answer that comes within this does not come by a slow line. */
const QUICK_MS = 2_000;
/** Who is behind for longer may see what has come so far. */
const BEHIND_MS = 3_000;
const MOST = SYNC_LIMITS.syncConversations;

/**
 * Brings the store to where the server is: after each `start` wherever it may be behind, and from then on whenever it is
 * in need. One question at a time; what becomes of need meanwhile goes into the next one.
 *
 * How long an answer through the socket will take cannot be seen while it comes. On a line that shows to be slow they
 * come by requests, of which that can be seen, and beside which the socket stays free.
 */
export class Syncer {
  /** The connection that is asked; null: there is none. */
  #connection: object | null = null;
  #isAsking = false;
  #isSlow = false;
  /** Conversations in one question: fewer after failures, so that answers are smaller. */
  #most: number = MOST;
  #startedAt = 0;
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
    this.#startedAt = performance.now();
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
    let isComing = false;
    // What is touched by the frames of one turn is asked about together.
    await Promise.resolve();
    while (connection === this.#connection) {
      const question = this.options.model.nextQuestion(this.#most);
      if (!question) {
        this.#isAsking = false;
        return true;
      }
      if (isComing) this.#fallBehind();
      isComing = await this.#round(question, connection);
      if (isComing) {
        failures = 0;
        this.#most = Math.min(MOST, this.#most * 4);
      } else if (connection === this.#connection) {
        failures += 1;
        this.#most = Math.ceil(this.#most / 4);
        // From half a second on.
        await this.#wait(backOff(failures - 2));
      }
    }
    return false;
  }

  /** Whether the question was answered, and anything came of it. */
  async #round(question: SyncBody, connection: object): Promise<boolean> {
    const { model, onTaken, onFault } = this.options;
    try {
      const answer = await (this.#isSlow ? this.#fetch(question, connection) : this.#ask(question, connection));
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

  async #ask(question: SyncBody, connection: object): Promise<SyncAnswer> {
    const { ask, probe, onClogged } = this.options;
    let isOver = false;
    const timer = setTimeout(() => {
      const probedAt = performance.now();
      probe().then(
        () => {
          if (isOver || connection !== this.#connection || performance.now() - probedAt > PROBE_MS) return;
          this.#isSlow = true;
          onClogged();
        },
        () => undefined,
      );
    }, SILENCE_MS);
    try {
      return await ask(question, TIMEOUT_MS);
    } finally {
      isOver = true;
      clearTimeout(timer);
    }
  }

  async #fetch(question: SyncBody, connection: object): Promise<SyncAnswer> {
    const askedAt = performance.now();
    // Where this fails the socket is asked next.
    this.#isSlow = false;
    const answer = await this.options.fetch(question, () => {
      if (connection === this.#connection) this.#fallBehind();
    });
    this.#isSlow = performance.now() - askedAt > QUICK_MS;
    return answer;
  }

  /** Something has come, and more is to. */
  #fallBehind(): void {
    if (performance.now() - this.#startedAt > BEHIND_MS) this.options.onBehind();
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
