import type { OutboxEntry, OutboxStorage } from '@parley/client';

/**
 * A device's storage as one life of it sees it. A process that dies writes nothing more: after `sever`, what its client
 * still asks for has no effect and no answer.
 */
export class SeverableStorage implements OutboxStorage {
  private isSevered = false;
  private readonly underWay = new Set<Promise<unknown>>();
  /** Entries as they were put last, with a failure. */
  private readonly failed = new Map<string, OutboxEntry>();

  constructor(
    private readonly inner: OutboxStorage,
    private readonly hear: {
      stored: (clientMessageId: string) => void;
      /** One that was refused for good is taken out. */
      cleared: (entry: OutboxEntry) => void;
    },
  ) {}

  async load(): Promise<OutboxEntry[]> {
    const entries = await this.pass(() => this.inner.load());
    for (const entry of entries) this.note(entry);
    return entries;
  }

  async put(entry: OutboxEntry): Promise<void> {
    await this.pass(() => this.inner.put(entry));
    this.note(entry);
    this.hear.stored(entry.clientMessageId);
  }

  remove(clientMessageId: string): Promise<void> {
    const failed = this.failed.get(clientMessageId);
    if (failed && !this.isSevered) this.hear.cleared(failed);
    return this.pass(() => this.inner.remove(clientMessageId));
  }

  /** Resolves once what was written before is written. */
  async sever(): Promise<void> {
    this.isSevered = true;
    await Promise.allSettled(this.underWay);
  }

  private note(entry: OutboxEntry): void {
    if (entry.failure) this.failed.set(entry.clientMessageId, entry);
    else this.failed.delete(entry.clientMessageId);
  }

  private async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.isSevered) return never();
    const working = work();
    this.underWay.add(working);
    try {
      const result = await working;
      return this.isSevered ? await never() : result;
    } finally {
      this.underWay.delete(working);
    }
  }
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
