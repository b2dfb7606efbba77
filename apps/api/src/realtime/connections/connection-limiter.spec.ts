import { describe, expect, it } from '@jest/globals';
import { ConnectionLimiter, whenToComeBack } from './connection-limiter.js';

describe('the admission', () => {
  const clock = { now: 0 };
  const admissionOf = (limits: { connections?: number; handshakesPerSecond?: number }, connections = () => 0) =>
    new ConnectionLimiter({ connections: 1_000, handshakesPerSecond: 1_000, ...limits }, connections, () => clock.now);
  /** Of so many attempts, from one address or from an address each. */
  const admitted = (admission: ConnectionLimiter, count: number, addressOf = (i: number) => `one of ${i}`) =>
    Array.from({ length: count }, (_, i) => admission.refusal(addressOf(i))).filter((refusal) => !refusal).length;
  const fromOne = () => 'one';

  it('S1.33 lets in as many connections as there may be, and the next one when one has gone', () => {
    let connections = 2;
    const admission = admissionOf({ connections: 3 }, () => connections);
    expect(admission.refusal('one')).toBeNull();
    connections = 3;
    expect(admission.refusal('one')).toMatchObject({ code: 'service_unavailable', status: 503 });
    connections = 2;
    expect(admission.refusal('one')).toBeNull();
  });

  it('F17: lets in a burst of one second, then so many in every second, however they are spread', () => {
    const admission = admissionOf({ handshakesPerSecond: 100 });
    expect(admitted(admission, 500)).toBe(100);
    clock.now += 500;
    expect(admitted(admission, 500)).toBe(50);
    const spread = Array.from({ length: 100 }, () => {
      clock.now += 5;
      return admitted(admission, 3);
    });
    expect(spread.reduce((sum, count) => sum + count)).toBe(50);
    clock.now += 3_600_000;
    expect(admitted(admission, 500)).toBe(100);
  });

  it('F17: lets everybody in again within 15 s who comes back at once behind one address', () => {
    const admission = admissionOf({ handshakesPerSecond: 200 });
    const began = clock.now;
    let out = 1_000;
    for (; out > 0 && clock.now - began < 60_000; clock.now += 100) out -= admitted(admission, out, fromOne);
    // A thousand, at the node's pace, less what is kept for others; refused clients wait up to five seconds more.
    expect(clock.now - began).toBeLessThan(6_000);
  });

  it('G8: lets others in at once while one address floods it, for as long as that takes', () => {
    const admission = admissionOf({ handshakesPerSecond: 200 });
    let flood = 0;
    for (let turn = 0; turn < 1_000; turn += 1) {
      flood += admitted(admission, 12, fromOne);
      if (turn % 10 === 0) expect(admission.refusal(`user ${turn}`)).toBeNull();
      // An office: fifty at once, then some every second.
      if (turn === 500) expect(admitted(admission, 50, () => 'office')).toBe(50);
      if (turn > 520) expect(turn % 20 === 1 ? admission.refusal('office') : null).toBeNull();
      clock.now += 10;
    }
    // What the others leave is not wasted.
    expect(flood).toBeGreaterThan(1_500);
  });

  it('G8: remembers no more addresses than it has let in lately, and none that it refused', () => {
    const admission = admissionOf({ handshakesPerSecond: 100 });
    expect(admitted(admission, 500)).toBe(100);
    expect(admission.addresses).toBe(100);
    for (let second = 0; second < 30; second += 1) {
      clock.now += 1_000;
      admitted(admission, 500, (i) => `${i} of ${second}`);
      expect(admission.addresses).toBeLessThanOrEqual(1_000);
    }
  });

  it('lets in one a second where it may do no more', () => {
    const admission = admissionOf({ handshakesPerSecond: 1 });
    for (let second = 0; second < 10; second += 1) {
      expect(admitted(admission, 5, fromOne)).toBe(1);
      clock.now += 1_000;
    }
  });

  it('F17: spreads the retry times of those whom it refuses', () => {
    const admission = admissionOf({ connections: 0 });
    const times = Array.from({ length: 50 }, () => admission.refusal('one')?.extra.retryAfterMs ?? 0);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(whenToComeBack(() => 0));
    expect(Math.max(...times)).toBeLessThanOrEqual(whenToComeBack(() => 1));
    expect(new Set(times).size).toBeGreaterThan(25);
  });
});
