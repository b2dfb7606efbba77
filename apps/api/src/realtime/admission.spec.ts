import { describe, expect, it } from '@jest/globals';
import { Admission, whenToComeBack } from './admission.js';

describe('the admission', () => {
  const clock = { now: 0 };
  const admissionOf = (limits: { connections?: number; handshakesPerSecond?: number }, connections = () => 0) =>
    new Admission({ connections: 1_000, handshakesPerSecond: 1_000, ...limits }, connections, () => clock.now);
  const admitted = (admission: Admission, count: number) =>
    Array.from({ length: count }, () => admission.refusal()).filter((refusal) => refusal === null).length;

  it('S1.33 lets in as many connections as there may be, and the next one when one has gone', () => {
    let connections = 2;
    const admission = admissionOf({ connections: 3 }, () => connections);
    expect(admission.refusal()).toBeNull();
    connections = 3;
    expect(admission.refusal()).toMatchObject({ code: 'service_unavailable', status: 503 });
    connections = 2;
    expect(admission.refusal()).toBeNull();
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

  it('F17: asks those whom it refuses to come back at different times', () => {
    const admission = admissionOf({ connections: 0 });
    const times = Array.from({ length: 50 }, () => admission.refusal()?.extra.retryAfterMs ?? 0);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(whenToComeBack(() => 0));
    expect(Math.max(...times)).toBeLessThanOrEqual(whenToComeBack(() => 1));
    expect(new Set(times).size).toBeGreaterThan(25);
  });
});
