import { expect } from '@jest/globals';
import { expectSoon } from '@parley/testkit';

/** Waits until what is read is as expected. */
export const soon = <T>(read: () => Promise<T>, expected: T): Promise<void> =>
  expectSoon(async () => {
    expect(await read()).toEqual(expected);
  });
