import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import { LineMeter } from './line-meter.js';

describe('how large an answer through a socket is', () => {
  let now = 0;
  const aMeter = () => new LineMeter(() => now);

  /** Answers one after the other on a line that brings so many bytes in a second. */
  function sizesAt(perSecond: number, count: number, meter = aMeter(), kind: 'sync' | 'page' = 'sync'): number[] {
    return Array.from({ length: count }, () => {
      const bytes = meter.answerBytes(kind);
      if (meter.hand(bytes)) meter.handPing();
      now += (bytes / perSecond) * 1_000;
      meter.answered();
      return bytes;
    });
  }

  it('G8: never keeps a line of 10 KB a second or more from a ping for longer than 7 s', () => {
    for (const perSecond of [10_240, 20_480, 40_960, 1_000_000])
      for (const bytes of sizesAt(perSecond, 5)) expect(bytes / perSecond).toBeLessThan(7);
  });

  it('is the most on a fast line from the second one on, and small on a slow one', () => {
    expect(sizesAt(10_000_000, 3)).toEqual([65_536, LIMITS.answerBytes, LIMITS.answerBytes]);
    expect(sizesAt(1_000, 3)).toEqual([65_536, 16_384, 16_384]);
  });

  it('of a page is bounded, since a line that was fast may have become slow', () => {
    const meter = aMeter();
    expect(sizesAt(10_000_000, 2, meter, 'page')).toEqual([98_304, 196_608]);
    const [late = 0, ...later] = sizesAt(10_240, 3, meter, 'page');
    expect(late).toBe(196_608);
    for (const bytes of later) expect(bytes / 10_240).toBeLessThan(4);
  });

  it('is smaller where another answer was under way', () => {
    const meter = aMeter();
    const sizes = [1, 2].map(() => {
      const bytes = meter.answerBytes('sync');
      if (meter.hand(bytes)) meter.handPing();
      return bytes;
    });
    expect(sizes).toEqual([65_536, 65_536]);
    now += 4_000;
    meter.answered();
    now += 4_000;
    meter.answered();
    expect(meter.answerBytes('sync')).toBeLessThan(3 * 16_384);
  });

  it('is not known from small events, nor from what came long before a ping', () => {
    const meter = aMeter();
    meter.hand(300);
    now += 15_000;
    meter.hand(20_000);
    meter.handPing();
    now += 50;
    meter.answered();
    expect(meter.answerBytes('sync')).toBe(65_536);
    expect([meter.hand(300), meter.hand(20_000), meter.hand(20_000)]).toEqual([false, true, false]);
  });

  it('G8: returns how much stands before an answer that is waited for', () => {
    const meter = aMeter();
    meter.hand(100);
    meter.handPing();
    meter.hand(50);
    expect(meter.unread).toBe(101);
    meter.answered();
    expect(meter.unread).toBe(50);
  });
});

describe('when a ping has to go before what is handed over', () => {
  let now = 0;
  const KB = 1_024;

  /** Hands over so many KB in packets of one; returns how many came before each ping. */
  function pingsIn(meter: LineMeter, count: number): number[] {
    const found: number[] = [];
    for (let handed = 0; handed < count; handed += 1) {
      if (meter.isPingDue(KB)) {
        found.push(handed);
        meter.handPing();
      }
      meter.hand(KB);
    }
    return found;
  }

  it('G8: after 64 KB, and again after each 64 while the last one is not answered', () => {
    expect(pingsIn(new LineMeter(() => now), 260)).toEqual([64, 128, 192, 256]);
  });

  it('after 192 KB within a second of one that was answered, and after some 64 later', () => {
    const meter = new LineMeter(() => now);
    const [first] = pingsIn(meter, 65);
    expect(first).toBe(64);
    meter.answered();
    expect(pingsIn(meter, 190)).toEqual([]);
    const [next = 0] = pingsIn(meter, 20);
    expect(next).toBeLessThanOrEqual(16);
    meter.answered();
    expect(pingsIn(meter, 80)).toEqual([]);
    now += 1_000;
    const [late = 99] = pingsIn(meter, 20);
    expect(late).toBeLessThanOrEqual(16);
  });
});
