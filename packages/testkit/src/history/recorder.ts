import { hash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { HistoryHeader, NewEvent } from './history-event.js';

/** Characters that are kept before they are written. */
const CHUNK = 64 * 1024;

export interface RecorderOptions extends HistoryHeader {
  path: string;
  /** This process's name: unique among the files of one run. */
  name: string;
}

/** Writes a run's history to a fresh file, line by line: memory has one chunk of it, however long it takes. */
export class Recorder {
  readonly path: string;
  readonly header: HistoryHeader;
  private readonly name: string;
  private readonly file: number;
  private held = '';
  private lines = 0;
  private isClosed = false;

  constructor({ path, name, ...header }: RecorderOptions) {
    this.path = path;
    this.name = name;
    this.header = header;
    this.file = openSync(path, 'w');
    this.held = `${JSON.stringify(header)}\n`;
  }

  /** Returns the line's number, for those that refer to it. What comes after `close` is dropped. */
  record(event: NewEvent): number {
    if (this.isClosed) return 0;
    this.lines += 1;
    this.held += `${JSON.stringify({ i: this.lines, t: monotonicSeconds(), p: this.name, ...event })}\n`;
    if (this.held.length >= CHUNK) this.flush();
    return this.lines;
  }

  flush(): void {
    if (this.isClosed) return;
    const bytes = Buffer.from(this.held);
    this.held = '';
    for (let at = 0; at < bytes.length; ) at += writeSync(this.file, bytes, at);
  }

  close(): void {
    if (this.isClosed) return;
    this.flush();
    this.isClosed = true;
    closeSync(this.file);
  }
}

/** Seconds of CLOCK_MONOTONIC, to the nanosecond (two records fit into a microsecond): one clock in every process. */
export function monotonicSeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

/** The hash that replaces a text in the history. */
export function hashOf(text: string): string {
  return hash('sha1', text).slice(0, 16);
}
