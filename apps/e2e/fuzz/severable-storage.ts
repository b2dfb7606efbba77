import type { OutboxEntry, OutboxStorage } from '@parley/client';

/**
 * A device's storage as one life of it sees it. A process that dies writes nothing more: after `sever`, calls of its
 * client have no effect and no answer.
 */
export class SeverableStorage implements OutboxStorage {
  private isSevered = false;
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly inner: OutboxStorage,
    private readonly onStored: (clientMessageId: string) => void,
  ) {}

  load(): Promise<OutboxEntry[]> {
    return this.pass(() => this.inner.load());
  }

  async put(entry: OutboxEntry): Promise<void> {
    await this.pass(() => this.inner.put(entry));
    this.onStored(entry.clientMessageId);
  }

  remove(clientMessageId: string): Promise<void> {
    return this.pass(() => this.inner.remove(clientMessageId));
  }

  /** Resolves once what was written before is written. */
  async sever(): Promise<void> {
    this.isSevered = true;
    await Promise.allSettled(this.underWay);
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
