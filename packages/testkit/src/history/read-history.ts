import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { HistoryEvent, HistoryHeader } from './history-event.js';

const CHUNK = 1024 * 1024;

/** The header of one file of a history. @throws where it is not one. */
export function readHeader(path: string): HistoryHeader {
  const lines = linesOf(path);
  const first = lines.next();
  lines.return(undefined);
  const header = first.done ? null : (JSON.parse(first.value) as Partial<HistoryHeader>);
  if (header?.history !== 1) throw new Error(`${path} does not begin as a history does.`);
  return header as HistoryHeader;
}

/** All events of a run in order of time, read lazily: files of any length. */
export function* readHistory(paths: readonly string[]): Generator<HistoryEvent, void, undefined> {
  const sources = paths.map((path) => eventsOf(path));
  try {
    const heads = sources.map((source) => source.next());
    for (;;) {
      const next = earliest(heads);
      if (next < 0) return;
      yield heads[next]?.value as HistoryEvent;
      heads[next] = (sources[next] as (typeof sources)[number]).next();
    }
  } finally {
    for (const source of sources) source.return(undefined);
  }
}

/** Files are few: looking at each costs less than keeping them sorted. */
function earliest(heads: readonly IteratorResult<HistoryEvent, unknown>[]): number {
  let found = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, head] of heads.entries()) {
    if (head.done || head.value.t >= least) continue;
    found = index;
    least = head.value.t;
  }
  return found;
}

function* eventsOf(path: string): Generator<HistoryEvent, void, undefined> {
  let isFirst = true;
  for (const line of linesOf(path)) {
    if (!isFirst) {
      const event = parsed(line);
      // A process that was killed leaves half a line as its last one.
      if (event === null) return;
      yield event;
    }
    isFirst = false;
  }
}

function parsed(line: string): HistoryEvent | null {
  try {
    return JSON.parse(line) as HistoryEvent;
  } catch {
    return null;
  }
}

function* linesOf(path: string): Generator<string, void, undefined> {
  const file = openSync(path, 'r');
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.allocUnsafe(CHUNK);
  let held = '';
  try {
    for (;;) {
      const length = readSync(file, buffer, 0, CHUNK, null);
      if (length === 0) break;
      const lines = (held + decoder.write(buffer.subarray(0, length))).split('\n');
      held = lines.pop() ?? '';
      yield* lines;
    }
    if (held !== '') yield held;
  } finally {
    closeSync(file);
  }
}
