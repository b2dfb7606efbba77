import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type AgreedBeats, agreeOnBeats, HeartBeats } from './heart-beats.js';

it.each([
  [undefined, { outgoing: 0, incoming: 0 }],
  ['0,0', { outgoing: 0, incoming: 0 }],
  ['10000,10000', { outgoing: 10_000, incoming: 10_000 }],
  ['1,1', { outgoing: 10_000, incoming: 10_000 }],
  ['0, 20000', { outgoing: 20_000, incoming: 0 }],
])('who offers %j gets no more heart-beats than it wants and this server can send', (header, agreed) => {
  expect(agreeOnBeats(header)).toEqual(agreed);
});

it('no offer is further ahead than timers can be set', () => {
  const { outgoing, incoming } = agreeOnBeats('999999999999999,999999999999999');
  expect(Math.max(outgoing, 1.5 * incoming)).toBeLessThan(2 ** 31);
});

it.each(['', '10000', '1,2,3', '-1,0', 'a,b', '1.5,0', '1e4,0'])('%j is a bad frame', (header) => {
  expect(() => agreeOnBeats(header)).toThrow(expect.objectContaining({ code: 'bad_frames' }));
});

describe('heart-beats', () => {
  let sent: number[];
  let missed: number;
  let beats: HeartBeats;
  const start = (agreed: Partial<AgreedBeats>) => {
    beats = new HeartBeats(
      { outgoing: 0, incoming: 0, ...agreed },
      { beat: () => sent.push(Date.now()), missed: () => (missed += 1) },
    );
  };

  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    sent = [];
    missed = 0;
  });
  afterEach(() => {
    beats.stop();
    jest.useRealTimers();
  });

  it('leave as often as agreed where nothing else does', () => {
    start({ outgoing: 10_000 });
    jest.advanceTimersByTime(60_000);
    expect(sent).toEqual([10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
  });

  it('leave no silence that is longer, whenever something else was sent', () => {
    for (const at of [1, 4_999, 5_001, 9_999, 10_001, 14_999, 15_001]) {
      jest.setSystemTime(0);
      sent = [];
      start({ outgoing: 10_000 });
      jest.advanceTimersByTime(at);
      beats.sent();
      sent.push(at);
      jest.advanceTimersByTime(40_000);
      beats.stop();
      const times = [0, ...sent].sort((one, other) => one - other);
      for (const [index, time] of times.slice(1).entries())
        expect(time - (times[index] ?? 0)).toBeLessThanOrEqual(10_000);
    }
  });

  it('of a page in the background, whose timers run once a minute, are enough', () => {
    start({ incoming: 10_000 });
    for (let minute = 0; minute < 10; minute += 1) {
      jest.advanceTimersByTime(60_000);
      beats.heard();
    }
    expect(missed).toBe(0);
  });

  it('are missed when none comes', () => {
    start({ incoming: 10_000 });
    jest.advanceTimersByTime(150_000);
    expect(missed).toBe(1);
  });

  it('that were not agreed on are neither sent nor missed', () => {
    start({});
    jest.advanceTimersByTime(1_000_000);
    expect([sent, missed]).toEqual([[], 0]);
  });
});
