import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OutboxEntry, OutboxStorage } from './outbox-entry.js';

/** One line of the file. */
type Line = { put: OutboxEntry } | { remove: string };

/** Lines that are not needed any more and are kept all the same. */
const MOST_LEFTOVERS = 500;

/**
 * Keeps entries in a file, readable by its owner alone; they survive the death of the process at any moment (a power cut
 * only as far as the operating system had written them). One client a file.
 */
export function fileStorage(path: string): OutboxStorage {
  const file = new EntryFile(path);
  return {
    load: () => file.load(),
    put: (entry) => file.put(entry),
    remove: (clientMessageId) => file.remove(clientMessageId),
  };
}

/** A log of what was put and removed, written anew when most of it is of the past. */
class EntryFile {
  private readonly entries = new Map<string, OutboxEntry>();
  private lines = 0;
  private isOpen = false;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly path: string) {}

  load(): Promise<OutboxEntry[]> {
    return this.inTurn(async () => [...this.entries.values()]);
  }

  put(entry: OutboxEntry): Promise<void> {
    return this.inTurn(async () => {
      await this.append({ put: entry });
      this.entries.set(entry.clientMessageId, entry);
    });
  }

  remove(clientMessageId: string): Promise<void> {
    return this.inTurn(async () => {
      if (!this.entries.has(clientMessageId)) return;
      await this.append({ remove: clientMessageId });
      this.entries.delete(clientMessageId);
      if (this.lines > this.entries.size + MOST_LEFTOVERS) await this.rewrite();
    });
  }

  /** One after the other; a fault is its caller's and holds up nobody else. */
  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.last.then(async () => {
      await this.open();
      return act();
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async open(): Promise<void> {
    if (this.isOpen) return;
    await mkdir(dirname(this.path), { recursive: true });
    const text = await readFile(this.path, 'utf8').catch((fault: NodeJS.ErrnoException) => {
      if (fault.code === 'ENOENT') return '';
      throw fault;
    });
    this.entries.clear();
    for (const line of text.split('\n')) this.replay(line);
    // Also cuts off a last line whose writer died in the middle of it.
    await this.rewrite();
    this.isOpen = true;
  }

  private replay(text: string): void {
    let line: Line;
    try {
      line = JSON.parse(text) as Line;
    } catch {
      // The last one, whose writer died in the middle of it, or the nothing behind the last newline.
      return;
    }
    if ('put' in line) this.entries.set(line.put.clientMessageId, line.put);
    else this.entries.delete(line.remove);
  }

  private async append(line: Line): Promise<void> {
    await appendFile(this.path, written(line), { mode: 0o600 }).catch((fault: unknown) => {
      // Half a line may stand there now: the next one reads the file anew and cuts it off.
      this.isOpen = false;
      throw fault;
    });
    this.lines += 1;
  }

  /** Beside it first, then in its place: at no moment is there less than everything. */
  private async rewrite(): Promise<void> {
    const beside = `${this.path}.new`;
    const lines = [...this.entries.values()].map((entry) => written({ put: entry }));
    await writeFile(beside, lines.join(''), { mode: 0o600 });
    await rename(beside, this.path);
    this.lines = lines.length;
  }
}

function written(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}
