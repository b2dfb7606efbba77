import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import { AnswerSizes } from './answer-sizes.js';

describe('how large an answer to sync is', () => {
  const asker = {};
  let now = 0;

  /** The sizes of a row of answers on a line that brings so many bytes in a second. */
  function sizesAt(perSecond: number, count: number): number[] {
    const sizes = new AnswerSizes(() => now);
    return Array.from({ length: count }, () => {
      const bytes = sizes.next(asker);
      sizes.answered(asker, { bytes, hasMore: true });
      now += (bytes / perSecond) * 1_000;
      return bytes;
    });
  }

  it('G4: never keeps a line of 10 KB a second or more from a ping for longer than 7 s', () => {
    for (const perSecond of [10_240, 20_480, 40_960, 1_000_000])
      for (const bytes of sizesAt(perSecond, 5)) expect(bytes / perSecond).toBeLessThan(7);
  });

  it('is the protocol’s limit on a fast line from the second one on, and small on a slow one', () => {
    expect(sizesAt(10_000_000, 3)).toEqual([65_536, LIMITS.answerBytes, LIMITS.answerBytes]);
    expect(sizesAt(1_000, 3)).toEqual([65_536, 16_384, 16_384]);
  });
});
