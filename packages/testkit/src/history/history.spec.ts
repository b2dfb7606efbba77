import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HistoryHeader } from './history-event.js';
import { readHeader, readHistory } from './read-history.js';
import { Recorder } from './recorder.js';

const HEADER: HistoryHeader = { history: 1, run: 'r', seed: 7, git: 'abc', nodes: 2, faults: 'F8' };

describe('A history', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'parley-history-'));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function open(name: string): Recorder {
    return new Recorder({ ...HEADER, path: join(directory, `${name}.jsonl`), name });
  }

  it('is read back as it was recorded, with a header, places and times', () => {
    const recorder = open('one');
    expect(recorder.record({ type: 'fault', phase: 'start', fault: 'kill', argument: 'ü\n"' })).toBe(1);
    expect(recorder.record({ type: 'fault', phase: 'stop', fault: 'kill' })).toBe(2);
    recorder.close();
    expect(readHeader(recorder.path)).toEqual(HEADER);
    expect([...readHistory([recorder.path])]).toEqual([
      { i: 1, t: expect.any(Number), p: 'one', type: 'fault', phase: 'start', fault: 'kill', argument: 'ü\n"' },
      { i: 2, t: expect.any(Number), p: 'one', type: 'fault', phase: 'stop', fault: 'kill' },
    ]);
  });

  it('of several processes is one, in order of time, however long', () => {
    const recorders = ['a', 'b', 'c'].map(open);
    for (let number = 0; number < 9_000; number += 1) {
      recorders[(number * number) % 3]?.record({ type: 'fault', phase: 'start', fault: String(number) });
    }
    for (const recorder of recorders) recorder.close();
    const read = [...readHistory(recorders.map(({ path }) => path))];
    expect(read.map((event) => event.type === 'fault' && Number(event.fault))).toEqual(
      Array.from({ length: 9_000 }, (_, number) => number),
    );
  });

  it('of a process that was killed ends before its half line', () => {
    const recorder = open('killed');
    recorder.record({ type: 'fault', phase: 'start', fault: 'kill' });
    recorder.close();
    appendFileSync(recorder.path, '{"i":2,"t":1');
    expect([...readHistory([recorder.path])]).toHaveLength(1);
  });

  it('takes nothing after its end', () => {
    const recorder = open('closed');
    recorder.close();
    expect(recorder.record({ type: 'fault', phase: 'start', fault: 'kill' })).toBe(0);
    expect([...readHistory([recorder.path])]).toEqual([]);
  });

  it('is refused where the file is none', () => {
    const path = join(directory, 'other.jsonl');
    appendFileSync(path, '{"a":1}\n');
    expect(() => readHeader(path)).toThrow('does not begin as a history does');
  });
});
