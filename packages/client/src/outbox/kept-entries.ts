import { callSafely } from '../call-safely.js';
import { within } from '../within.js';
import type { OutboxEntry, OutboxStorage } from './outbox-entry.js';

/** A storage that does not answer in time is reported as an error, and no write waits for it any longer. */
const TIMEOUT_MS = 5_000;

/**
 * An injected storage, made safe to rely on: nothing here rejects or hangs. What goes wrong is told, and the entry lives
 * on in memory. Writes of one entry reach the storage one after the other.
 */
export class KeptEntries {
  readonly #writes = new Map<string, Promise<void>>();
  /** It failed or did not answer when it was last asked: writes go on, and nobody waits for them. */
  #isAway = false;

  constructor(
    private readonly storage: OutboxStorage,
    private readonly onFault: (fault: unknown) => void,
  ) {}

  async load(): Promise<OutboxEntry[]> {
    return (await this.#safely(() => this.storage.load())) ?? [];
  }

  /** Also where that cannot be found out. */
  async has(clientMessageId: string): Promise<boolean> {
    const entries = await this.load();
    return this.#isAway || entries.some((entry) => entry.clientMessageId === clientMessageId);
  }

  put(entry: OutboxEntry): Promise<void> {
    return this.#write(entry.clientMessageId, () => this.storage.put(entry));
  }

  remove(clientMessageId: string): Promise<void> {
    return this.#write(clientMessageId, () => this.storage.remove(clientMessageId));
  }

  /** Resolves once every write so far is stored or reported as an error. */
  async settled(): Promise<void> {
    await Promise.all(this.#writes.values());
  }

  #write(id: string, act: () => Promise<void>): Promise<void> {
    const before = this.#writes.get(id) ?? Promise.resolve();
    const writing: Promise<void> = before
      .then(() => this.#safely(act))
      .finally(() => {
        if (this.#writes.get(id) === writing) this.#writes.delete(id);
      });
    this.#writes.set(id, writing);
    return this.#isAway ? Promise.resolve() : writing;
  }

  async #safely<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await within(TIMEOUT_MS, Promise.resolve().then(act), 'The outbox storage does not answer.');
      this.#isAway = false;
      return result;
    } catch (fault) {
      this.#isAway = true;
      callSafely(this.onFault, fault);
      return undefined;
    }
  }
}
