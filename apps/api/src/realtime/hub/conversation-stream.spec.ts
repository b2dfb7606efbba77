import { describe, expect, it, jest } from '@jest/globals';
import type { ConversationListItem } from '@parley/protocol';
import fc from 'fast-check';
import { ConversationStream, type StreamHost } from './conversation-stream.js';
import { ReorderBudget } from './reorder-buffer.js';
import type { StreamEvent } from './stream-events.js';

const ID = '018f0000-0000-7000-8000-000000000000';

const event = (version: number): StreamEvent => ({ version, name: 'message:new', payload: null });
const joining = (version: number): StreamEvent => ({ version, name: 'member:added', payload: null, joined: ['bob'] });

/** A stream on a conversation whose history is in memory: what is committed can be read, and need not be announced. */
class Stage implements StreamHost {
  readonly delivered: StreamEvent[] = [];
  readonly faults: unknown[] = [];
  committed: StreamEvent[] = [];
  reads = 0;
  /** Rows that one read answers with. */
  most = 500;
  /** Microtasks that pass within a read or a preparation. */
  delay = 0;
  broken = false;
  readonly stream = new ConversationStream(ID, this);

  get told(): number[] {
    return this.delivered.map(({ version }) => version);
  }

  deliver(_id: string, each: StreamEvent): void {
    this.delivered.push(each);
  }

  async prepare(): Promise<ReadonlyMap<string, ConversationListItem>> {
    await this.pause();
    return new Map();
  }

  async eventsBetween(_id: string, { after, upTo }: { after: number; upTo: number }): Promise<StreamEvent[]> {
    this.reads += 1;
    await this.pause();
    if (this.broken) throw new Error('the database is away');
    return this.committed.filter(({ version }) => version > after && version <= upTo).slice(0, this.most);
  }

  onGap(): void {}

  onFault(_id: string, fault: unknown): void {
    this.faults.push(fault);
  }

  commit(events: readonly StreamEvent[]): void {
    this.committed = [...this.committed, ...events];
  }

  private async pause(): Promise<void> {
    for (let i = 0; i < this.delay; i += 1) await Promise.resolve();
  }
}

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
const settle = (ms: number) => jest.advanceTimersByTimeAsync(ms);

// Time is ours: nothing here waits for it.
jest.useFakeTimers();

describe('a stream', () => {
  it('G3: delivers the next event in the very turn in which it is announced', () => {
    const stage = new Stage();
    stage.stream.open(4);
    stage.stream.accept([event(5), event(6)]);
    stage.stream.accept([event(7)]);
    expect(stage.told).toEqual([5, 6, 7]);
    expect(stage.reads).toBe(0);
  });

  it('G3: drops what it has delivered, however often it is announced', () => {
    const stage = new Stage();
    stage.stream.open(4);
    stage.stream.accept([event(3), event(5), event(5), event(4)]);
    stage.stream.accept([event(5)]);
    expect(stage.told).toEqual([5]);
  });

  it('G3: holds an early event for a moment, and needs no database where the other comes', async () => {
    const stage = new Stage();
    stage.stream.open(0);
    stage.stream.accept([event(2)]);
    await settle(20);
    stage.stream.accept([event(1)]);
    await settle(20);
    expect(stage.told).toEqual([1, 2]);
    expect(stage.reads).toBe(0);
  });

  it('G3: goes on in the turn in which the one that was late comes', async () => {
    const stage = new Stage();
    stage.stream.open(0);
    stage.stream.accept([event(2), event(3)]);
    await settle(1);
    stage.stream.accept([event(1)]);
    await settle(0);
    expect(stage.told).toEqual([1, 2, 3]);
    expect(stage.reads).toBe(0);
  });

  it('G4: reads a gap from the database after 30 ms', async () => {
    const stage = new Stage();
    stage.stream.open(0);
    stage.commit(upTo(5).map(event));
    stage.stream.accept([event(5)]);
    await settle(29);
    expect(stage.told).toEqual([]);
    await settle(2);
    expect(stage.told).toEqual([1, 2, 3, 4, 5]);
    expect(stage.reads).toBe(1);
  });

  it('G4: goes on reading where one answer does not hold the whole gap', async () => {
    const stage = new Stage();
    stage.most = 7;
    stage.stream.open(0);
    stage.commit(upTo(40).map(event));
    stage.stream.observe(40);
    await settle(500);
    expect(stage.told).toEqual(upTo(40));
  });

  it('G4: tries again where the database is away, and says so', async () => {
    const stage = new Stage();
    stage.broken = true;
    stage.stream.open(0);
    stage.commit(upTo(3).map(event));
    stage.stream.accept([event(3)]);
    await settle(600);
    expect(stage.told).toEqual([]);
    expect(stage.faults.length).toBeGreaterThan(0);
    stage.broken = false;
    await settle(600);
    expect(stage.told).toEqual([1, 2, 3]);
  });

  it('G4: more early events than it keeps are read instead', async () => {
    const stage = new Stage();
    stage.stream.open(0);
    const all = upTo(3_000).map(event);
    stage.commit(all);
    stage.stream.accept(all.slice(1));
    await settle(2_000);
    expect(stage.told).toEqual(upTo(3_000));
  });

  it('G8: early events of more than a megabyte are read instead, and what was kept is given back', async () => {
    const stage = new Stage();
    const budget = new ReorderBudget();
    const stream = new ConversationStream(ID, stage, budget);
    stream.open(0);
    const all = upTo(40).map(event);
    stage.commit(all);
    stream.accept(all.slice(1), 4 * 1024 * 1024);
    expect(budget.size).toBeGreaterThan(900_000);
    expect(budget.size).toBeLessThanOrEqual(1024 * 1024);
    await settle(2_000);
    expect(stage.told).toEqual(upTo(40));
    expect(budget.size).toBe(0);
    stream.accept([event(45)], 1_000);
    expect(budget.size).toBe(1_000);
    stream.close();
    expect(budget.size).toBe(0);
  });

  it('G4: waits once for a long gap, and reads all of it without waiting again', async () => {
    const stage = new Stage();
    stage.most = 10;
    stage.stream.open(0);
    stage.commit(upTo(500).map(event));
    stage.stream.expect(500);
    await settle(31);
    expect(stage.told).toEqual(upTo(500));
    expect(stage.reads).toBe(50);
  });

  it('delivers nothing before its head is known, and then only what is later', async () => {
    const stage = new Stage();
    stage.stream.accept([event(4), event(5), event(6)]);
    expect(stage.told).toEqual([]);
    stage.stream.open(5);
    await settle(100);
    expect(stage.told).toEqual([6]);
    stage.stream.accept([event(7)]);
    expect(stage.told).toEqual([6, 7]);
    expect(stage.reads).toBe(0);
  });

  it('§5: begins before the version with which someone joined, even if the head has passed it', async () => {
    const stage = new Stage();
    stage.commit(upTo(9).map(event));
    stage.stream.startBefore(7);
    stage.stream.open(9);
    stage.stream.accept([joining(7)]);
    await settle(100);
    expect(stage.told).toEqual([7]);
    stage.stream.observe(9);
    await settle(100);
    expect(stage.told).toEqual([7, 8, 9]);
  });

  it('G3 G4: a version that nobody has given out is forgotten, and does not stand in for the change that gets it', async () => {
    const stage = new Stage();
    stage.stream.open(1);
    stage.stream.accept([{ ...event(4), left: 'nobody' }, event(900)], 1_000);
    for (let look = 0; look < 2; look += 1) stage.stream.observe(1);
    await jest.advanceTimersByTimeAsync(1_000);
    const { reads } = stage;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(stage.reads - reads).toBeLessThan(2);
    stage.commit([event(2), event(3), event(4)]);
    for (const each of [event(2), event(3), event(4)]) stage.stream.accept([each]);
    expect(stage.told).toEqual([2, 3, 4]);
    expect(stage.delivered.map(({ left }) => left)).toEqual([undefined, undefined, undefined]);
  });

  it('G4: what was told and is only not in an older look at the database is kept', async () => {
    const stage = new Stage();
    stage.stream.open(1);
    stage.stream.accept([event(3)], 1_000);
    stage.stream.observe(1);
    stage.commit([event(2), event(3)]);
    stage.stream.observe(3);
    await jest.advanceTimersByTimeAsync(100);
    expect(stage.told).toEqual([2, 3]);
  });

  it('is opened once', () => {
    const stage = new Stage();
    stage.stream.open(3);
    stage.stream.open(9);
    stage.stream.accept([event(4)]);
    expect(stage.told).toEqual([4]);
  });

  it('delivers nothing any more once it is closed', async () => {
    const stage = new Stage();
    stage.stream.open(0);
    stage.commit(upTo(3).map(event));
    stage.stream.accept([event(3)]);
    stage.stream.close();
    await settle(2_000);
    expect(stage.told).toEqual([]);
    expect(stage.reads).toBe(0);
  });

  it('G3: delivers nothing either that it was just preparing when it was closed: another stream may have begun', async () => {
    const stage = new Stage();
    stage.delay = 3;
    stage.stream.open(0);
    stage.stream.accept([joining(1), event(2)]);
    await Promise.resolve();
    stage.stream.close();
    await settle(2_000);
    expect(stage.told).toEqual([]);
  });

  it('G3: an event told in the very microtask in which it stops working is not left for the reconciliation', async () => {
    for (let delay = 0; delay < 12; delay += 1) {
      for (let moment = 0; moment < 24; moment += 1) {
        const stage = new Stage();
        stage.delay = delay;
        stage.stream.open(0);
        stage.stream.accept([joining(1)]);
        for (let i = 0; i < moment; i += 1) await Promise.resolve();
        stage.stream.accept([event(2)]);
        await settle(0);
        expect([delay, moment, stage.told]).toEqual([delay, moment, [1, 2]]);
      }
    }
  });

  it('G3 G4: whatever is lost, late, repeated or out of order, every version is delivered once and in order', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 6 }) }),
      fc.record({
        kind: fc.constant('notification' as const),
        from: fc.nat(30),
        count: fc.integer({ min: 1, max: 4 }),
        reversed: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('reconcile' as const) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 10, 29, 30, 31, 500) }),
      fc.record({ kind: fc.constant('microtasks' as const), count: fc.nat(12) }),
      fc.record({ kind: fc.constant('away' as const), broken: fc.boolean() }),
    );
    const scenario = fc.record({
      steps: fc.array(step, { maxLength: 40 }),
      head: fc.nat(3),
      delay: fc.nat(6),
      most: fc.integer({ min: 1, max: 10 }),
      openAt: fc.nat(10),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ steps, head, delay, most, openAt }) => {
        const stage = new Stage();
        Object.assign(stage, { delay, most });
        stage.commit(upTo(head).map(event));
        let start: number | null = null;
        for (const [i, each] of steps.entries()) {
          if (i === openAt) {
            start = stage.committed.length;
            stage.stream.open(start);
          }
          switch (each.kind) {
            case 'commit': {
              const last = stage.committed.length;
              stage.commit(upTo(each.count).map((n) => ((last + n) % 3 === 0 ? joining(last + n) : event(last + n))));
              break;
            }
            case 'notification': {
              const events = stage.committed.slice(each.from, each.from + each.count);
              stage.stream.accept(each.reversed ? events.reverse() : events);
              break;
            }
            case 'reconcile':
              if (stage.stream.isOpen) stage.stream.observe(stage.committed.length);
              break;
            case 'wait':
              await settle(each.ms);
              break;
            case 'microtasks':
              for (let n = 0; n < each.count; n += 1) await Promise.resolve();
              break;
            case 'away':
              stage.broken = each.broken;
              break;
          }
          expect(stage.told).toEqual(upTo(stage.told.length).map((n) => n + (start ?? 0)));
        }
        if (start === null) return;
        stage.broken = false;
        stage.stream.observe(stage.committed.length);
        await settle(5_000);
        expect(stage.told).toEqual(upTo(stage.committed.length).slice(start));
        stage.stream.close();
      }),
      { numRuns: 300 },
    );
  });
});
