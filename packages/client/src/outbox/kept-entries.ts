import { callSafely } from '../call-safely.js';
import { within } from '../within.js';
import type { AttachmentContents, OutboxEntry, OutboxStorage } from './outbox-entry.js';

/** A storage that does not answer in time is reported as an error, and no write waits for it any longer. */
const TIMEOUT_MS = 5_000;
/** With contents of attachments. */
const LONG_TIMEOUT_MS = 60_000;

/**
 * An injected storage, made safe to rely on: nothing here rejects or hangs. What goes wrong is told, and the entry lives
 * on in memory. Writes of one entry reach the storage one after the other.
 */
export class KeptEntries {
  readonly #writes = new Map<string, Promise<boolean>>();
  /** It failed or did not answer when it was last asked: writes go on, and nobody waits for them. */
  #isAway = false;

  constructor(
    private readonly storage: OutboxStorage,
    private readonly onFault: (fault: unknown) => void,
  ) {}

  async load(): Promise<OutboxEntry[]> {
    return (await this.#safely(() => this.storage.load())) ?? [];
  }

  /** Undefined where it is not there; null where that cannot be found out. */
  async find(clientMessageId: string): Promise<OutboxEntry | null | undefined> {
    const entries = await this.load();
    return this.#isAway ? null : entries.find((entry) => entry.clientMessageId === clientMessageId);
  }

  async contents({ clientMessageId, attachments }: OutboxEntry): Promise<AttachmentContents | undefined> {
    return attachments && this.#safely(async () => this.storage.contents?.(clientMessageId), LONG_TIMEOUT_MS);
  }

  /** Whether it is stored, as far as that is known by then. */
  put(entry: OutboxEntry, contents?: AttachmentContents): Promise<boolean> {
    const ms = contents && LONG_TIMEOUT_MS;
    return this.#write(entry.clientMessageId, () => this.storage.put(entry, contents), ms);
  }

  remove(clientMessageId: string): Promise<boolean> {
    return this.#write(clientMessageId, () => this.storage.remove(clientMessageId));
  }

  /** Resolves once every write so far is stored or reported as an error. */
  async settled(): Promise<void> {
    await Promise.all(this.#writes.values());
  }

  async #write(id: string, act: () => Promise<void>, ms?: number): Promise<boolean> {
    const before = this.#writes.get(id) ?? Promise.resolve();
    const writing: Promise<boolean> = before
      .then(() => this.#safely(() => act().then(() => true), ms))
      .then(Boolean)
      .finally(() => {
        if (this.#writes.get(id) === writing) this.#writes.delete(id);
      });
    this.#writes.set(id, writing);
    return !this.#isAway && writing;
  }

  async #safely<T>(act: () => Promise<T>, ms = TIMEOUT_MS): Promise<T | undefined> {
    try {
      const result = await within(ms, Promise.resolve().then(act), 'The storage does not answer.');
      this.#isAway = false;
      return result;
    } catch (fault) {
      this.#isAway = true;
      callSafely(this.onFault, fault);
      return undefined;
    }
  }
}
