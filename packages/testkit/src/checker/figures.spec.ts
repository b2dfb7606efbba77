import { describe, expect, it } from '@jest/globals';
import type { ProbeEvent, SampleEvent } from '../history/history-event.js';
import { check } from './check.js';
import { faultyLines } from './exits.js';
import { goodHistory } from './good-history.factory.js';
import { delaysOf } from './liveness.js';
import { theilSen } from './theil-sen.js';

const stamp = { i: 0, p: 'x' };

function samples(rss: (second: number) => number, over: Partial<SampleEvent> = {}): SampleEvent[] {
  return Array.from({ length: 601 }, (_, t) => ({
    ...stamp,
    t,
    type: 'sample' as const,
    name: 'n1',
    pid: 1,
    rss: rss(t),
    ...over,
  }));
}

function probe(sent: number, ms: number | null, to = 'n2'): ProbeEvent {
  return { ...stamp, t: sent, type: 'probe', from: 'n1', to, sent, ms };
}

describe('The figures of a history', () => {
  it('hold a slope that a few wild points do not move', () => {
    const points = Array.from({ length: 1_000 }, (_, x) => ({ x, y: x % 50 === 0 ? 1e9 : 3 * x + 5 }));
    expect(theilSen(points)).toBeCloseTo(3, 1);
    expect(theilSen([])).toBe(0);
  });

  it('flag memory that grows, and memory beyond its bound, and leave what is flat', () => {
    const resources = { slope: 2 ** 20, most: 2e8 };
    const growing = check(
      samples((t) => 1e8 + t * 50_000),
      { resources },
    );
    expect(growing.found).toEqual({ 'memory-slope': 1 });
    expect(growing.processes[0]?.slope).toBeCloseTo(3e6, -3);
    expect(
      check(
        samples((t) => (t === 300 ? 3e8 : 1e8)),
        { resources },
      ).found,
    ).toEqual({ 'memory-bound': 1 });
    expect(
      check(
        samples((t) => 1e8 + (t % 7) * 1e6),
        { resources },
      ).found,
    ).toEqual({});
  });

  it('flag descriptors and database connections that were not given back', () => {
    const events = samples(() => 1e8, { descriptors: 40, pool: 1 });
    const last = events.at(-1);
    if (last) Object.assign(last, { descriptors: 95, pool: 9 });
    const resources = { descriptors: 50, pool: 2 };
    expect(check(events, { resources }).found).toEqual({ descriptors: 1, pool: 1 });
  });

  it('have delays between nodes, within a time', () => {
    const probes = [probe(1, 5), probe(2, 900), probe(3, 10), probe(3, 1, 'n1'), probe(4, null)];
    expect(delaysOf(probes)).toEqual({ count: 4, p50: 10, p99: 900, most: 900, unheard: 1 });
    expect(delaysOf(probes, { from: 2.5, to: 3.5 })).toMatchObject({ count: 1, most: 10 });
  });

  it('have how long after a fault probes became quick for good', () => {
    const slow = (second: number) => (second < 103 || second === 104 ? 2_000 : 20);
    const probes = Array.from({ length: 100 }, (_, index) => probe(100 + index / 5, slow(Math.floor(100 + index / 5))));
    const events = [
      { ...stamp, t: 90, type: 'fault' as const, phase: 'start' as const, fault: 'kill' },
      { ...stamp, t: 100, type: 'fault' as const, phase: 'stop' as const, fault: 'kill' },
      ...probes,
    ];
    expect(check(events).recoveries).toEqual([{ fault: 'kill', seconds: 5 }]);
    expect(check(events, { recovery: 4 }).found).toEqual({ recovery: 1 });
  });

  it('call a run inconclusive in which too much is unknown, nothing was acknowledged, or nothing was read', () => {
    const good = goodHistory();
    const unanswered = good.filter(
      (event) => event.type !== 'ok' || event.duplicate === undefined || event.i % 2 === 0,
    );
    expect(check(unanswered)).toMatchObject({ verdict: 'inconclusive', violations: [] });
    expect(check([]).reasons).toEqual(['no send was acknowledged', 'the final state was not read']);
  });

  it('name the faults that were active when an invariant broke', () => {
    const good = goodHistory();
    const stop = good.findIndex((event) => event.type === 'fault' && event.phase === 'stop');
    const { t } = good[stop] ?? { t: 0 };
    good.splice(stop, 0, { ...stamp, t: t - 0.001, type: 'process', phase: 'ended', name: 'n1', pid: 5, code: 1 });
    expect(check(good).violations).toMatchObject([{ name: 'exit', invariant: 'I9', faults: ['redis-kill'] }]);
  });

  it('count every violation and keep five of each', () => {
    const good = goodHistory();
    for (const event of good)
      if (event.type === 'final-rows')
        for (const row of event.rows) row.createdAt = new Date(1e12 - row.seq).toISOString();
    const report = check(good);
    expect(report.found['time-inversion']).toBeGreaterThan(5);
    expect(report.violations.filter(({ name }) => name === 'time-inversion')).toHaveLength(5);
    expect(report.invariants.I3).toEqual({ holds: false, found: report.found['time-inversion'] });
  });

  it('find the lines of a log that report defects', () => {
    expect(
      faultyLines('all is well\nUnhandledPromiseRejection: x\n(node:1) MaxListenersExceededWarning: y'),
    ).toHaveLength(2);
    const ours = ['a rejection was not handled', 'an exception was not caught: the node stops', 'the node has stopped'];
    expect(faultyLines(ours.map((msg) => JSON.stringify({ msg })).join('\n'))).toHaveLength(2);
  });
});
