import { describe, expect, it } from '@jest/globals';
import type { NodeFigures, NodeStatus } from '@parley/protocol';
import { type Look, sampleOf } from './samples.js';

const BOUNDS = [0.01, 0.1, 1];

/** A node that has sent, delivered and refused so much, since it started. */
function node(id: string, messages: number, counts: number[], busyMs = 0, bounds = BOUNDS): NodeStatus {
  const totals = { messages, deliveries: messages * 2, refusals: 0, connections: 0, commands: 0, requests: 0 };
  const figures: Partial<NodeFigures> = {
    sockets: { socketio: 2, websocket: 1, stomp: 0, forum: 0 },
    totals: { ...totals, defects: 0, budgetsSpent: 0, slowConsumers: 0, gaps: 0 },
    deliverySeconds: { bounds, counts },
    process: { cpuMs: 0, busyMs, idleMs: 10_000 - busyMs, heapBytes: 0, residentBytes: 0 },
  };
  return { id, seenAt: '2026-12-01T00:00:00.000Z', figures: figures as NodeFigures };
}
const silent = (id: string): NodeStatus => ({ id, seenAt: '2026-12-01T00:00:00.000Z', figures: null });
const look = (seconds: number, ...nodes: NodeStatus[]): Look => ({
  at: 1_000 * seconds,
  ticks: 1_000 * seconds,
  status: { at: '2026-12-01T00:00:00.000Z', nodes },
});

describe('What happened between two looks', () => {
  it('is the difference of what the nodes have counted, by the time between', () => {
    const before = look(10, node('a', 100, [50, 0, 0, 0]), node('b', 7, [0, 0, 0, 0]));
    const now = look(14, node('a', 140, [90, 0, 0, 0]), node('b', 15, [0, 0, 0, 0]));
    expect(sampleOf(before, now)).toMatchObject({ at: 14_000, messages: 12, deliveries: 24, refusals: 0, sockets: 6 });
  });

  it('has the delays of just that time, between the bounds of where they are', () => {
    const before = look(0, node('a', 0, [1_000, 0, 0, 0]));
    const now = look(1, node('a', 0, [1_000, 98, 2, 0]));
    const { p50, p99 } = sampleOf(before, now);
    expect(p50).toBeCloseTo(10 + (90 * 50) / 98);
    expect(p99).toBeCloseTo(100 + 900 / 2);
    const slow = look(1, node('a', 0, [1_000, 0, 0, 5]));
    expect(sampleOf(before, slow)).toMatchObject({ p50: 1_000, p99: 1_000 });
    expect(sampleOf(before, before)).toMatchObject({ p50: null, p99: null });
  });

  it('takes no node for busy or fast that was not there before, or is silent', () => {
    const before = look(0, silent('a'), node('b', 5, [0, 0, 0, 0]));
    const now = look(1, node('a', 1_000, [9, 9, 9, 9]), silent('b'), node('c', 1_000, [9, 9, 9, 9]));
    expect(sampleOf(before, now)).toMatchObject({ messages: 0, p50: null, busy: 0, sockets: 6 });
  });

  it('is as busy as the busiest node, and leaves out delays of which the bounds are others', () => {
    const zero = [0, 0, 0, 0];
    const before = look(0, node('a', 0, zero), node('b', 0, zero), node('c', 0, [0, 0], 0, [2]));
    const now = look(1, node('a', 0, [4, 0, 0, 0]), node('b', 0, zero), node('c', 0, [0, 9], 0, [2]));
    const calm = sampleOf(before, now);
    expect([calm.busy, calm.p50]).toEqual([0, 5]);
    const [one, two] = [node('a', 0, zero, 1_000), node('b', 0, zero, 4_000)];
    for (const { figures } of [one, two]) if (figures) figures.process.idleMs = 16_000 - figures.process.busyMs;
    expect(sampleOf(before, look(1, one, two)).busy).toBeCloseTo((100 * 4) / 6);
  });
});
