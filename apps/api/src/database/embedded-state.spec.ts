import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, jest } from '@jest/globals';
import type { DatabaseReporter } from './database-reporter.js';
import { EmbeddedState } from './embedded-state.js';

const reporter = { databaseNotWritable: () => undefined, databaseBack: () => undefined } as unknown as DatabaseReporter;
/** As node-postgres says of a client that was ended. */
const ENDED = new Error('Client was closed and is not queryable');

/** A state, and how often it has tried to write, which fails. */
function failing() {
  const tried = { times: 0 };
  const state = new EmbeddedState(reporter, () => {
    tried.times += 1;
    return Promise.reject(ENDED);
  });
  return { state, tried };
}

it('the embedded database is tried after a fault, and not opened again by what comes after its end', async () => {
  const { state, tried } = failing();
  state.note(ENDED);
  await sleep(0);
  expect([tried.times, state.isUp]).toEqual([1, false]);
  state.close();
  state.note(ENDED);
  await sleep(0);
  expect(tried.times).toBe(1);
});

it('a try that fails after the end of the embedded database is the last one', async () => {
  jest.useFakeTimers();
  try {
    const { state, tried } = failing();
    state.note(ENDED);
    state.close();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(tried.times).toBe(1);
  } finally {
    jest.useRealTimers();
  }
});
