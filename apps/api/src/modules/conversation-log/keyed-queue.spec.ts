import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ConversationQueue, KeyedQueue, type Pending, type Task } from './keyed-queue.js';
import type { PreparedMessage } from './message-batch.js';

const BATCH = { items: 500, bytes: 4 * 1024 * 1024, enough: 100 };

/** A pending message; its name identifies it, and an equal key makes it a repeat of another. */
interface Made extends Pending {
  name: string;
  refusal: unknown;
}

function aPending(name: string, { key = name, sender = 'ann', bytes = 100, since = 0 } = {}): Made {
  const message = { senderId: sender, clientMessageId: key } as PreparedMessage;
  const made: Made = { name, message, bytes, since, refusal: null, resolve: () => undefined, reject: () => undefined };
  made.reject = (fault) => {
    made.refusal = fault;
  };
  return made;
}

function aTask(since = 0): Task & { refusal: unknown } {
  const task: Task & { refusal: unknown } = {
    run: () => Promise.resolve(),
    since,
    refusal: null,
    reject: () => undefined,
  };
  task.reject = (fault) => {
    task.refusal = fault;
  };
  return task;
}

const names = (batch: readonly Pending[]) => batch.map((each) => (each as Made).name);

function filled(rows: Record<string, readonly (Pending | Task)[]>): KeyedQueue {
  const queue = new KeyedQueue();
  for (const [conversation, row] of Object.entries(rows)) for (const each of row) queue.add(conversation, each);
  return queue;
}

describe('what waits to be written', () => {
  it('is taken in order of arrival, of many conversations at once', () => {
    const queue = filled({ a: [aPending('a1'), aPending('a2')], b: [aPending('b1')] });
    const taken = queue.takeBatch(BATCH);
    expect(names(taken.batch)).toEqual(['a1', 'a2', 'b1']);
    expect(taken.queues.map(({ conversationId }) => conversationId)).toEqual(['a', 'b']);
    expect(queue.hasReady).toBe(false);
  });

  it('G3: of a conversation that is being written nothing more is taken until that is done', () => {
    const queue = filled({ a: [aPending('a1')] });
    const [busyOne] = queue.takeBatch(BATCH).queues as [ConversationQueue];
    queue.add('a', aPending('a2'));
    queue.add('b', aPending('b1'));
    expect(names(queue.takeBatch(BATCH).batch)).toEqual(['b1']);
    queue.release(busyOne);
    expect(names(queue.takeBatch(BATCH).batch)).toEqual(['a2']);
  });

  it('G3: another change takes its turn: after the messages before it, before those after it, by itself', () => {
    const task = aTask();
    const queue = filled({ a: [aPending('a1'), task, aPending('a2')], b: [aTask()] });
    const first = queue.takeBatch(BATCH);
    expect(names(first.batch)).toEqual(['a1']);
    expect(queue.takeTask()?.queue.conversationId).toBe('b');
    expect(queue.takeTask()).toBeNull();
    queue.release(first.queues[0] as ConversationQueue);
    expect(names(queue.takeBatch(BATCH).batch)).toEqual([]);
    const next = queue.takeTask();
    expect(next?.task).toBe(task);
    expect(names(queue.takeBatch(BATCH).batch)).toEqual([]);
    queue.release(next?.queue as ConversationQueue);
    expect(names(queue.takeBatch(BATCH).batch)).toEqual(['a2']);
  });

  it('G2: a repeat waits for the batch after its original’s, and holds up nothing but itself', () => {
    const queue = filled({
      a: [aPending('1'), aPending('1 again', { key: '1' }), aPending('2'), aPending('1 thrice', { key: '1' })],
    });
    const first = queue.takeBatch(BATCH);
    expect(names(first.batch)).toEqual(['1', '2']);
    queue.add('a', aPending('3'));
    queue.release(first.queues[0] as ConversationQueue);
    const second = queue.takeBatch(BATCH);
    expect(names(second.batch)).toEqual(['1 again', '3']);
    queue.release(second.queues[0] as ConversationQueue);
    expect(names(queue.takeBatch(BATCH).batch)).toEqual(['1 thrice']);
  });

  it('G2: the same id of another sender, or in another conversation, is no repeat', () => {
    const queue = filled({
      a: [aPending('1'), aPending('2', { key: '1', sender: 'bob' })],
      b: [aPending('3', { key: '1' })],
    });
    expect(names(queue.takeBatch(BATCH).batch)).toEqual(['1', '2', '3']);
  });

  it('is taken in batches of so many messages and bytes', () => {
    const queue = filled({ a: Array.from({ length: 7 }, (_, i) => aPending(`${i}`)) });
    const first = queue.takeBatch({ ...BATCH, items: 3 });
    expect(names(first.batch)).toEqual(['0', '1', '2']);
    queue.release(first.queues[0] as ConversationQueue);
    expect(names(queue.takeBatch({ ...BATCH, bytes: 150 }).batch)).toEqual(['3', '4']);
  });

  it('G8: is bounded in number: what is too much is service_unavailable, and there is room again afterwards', () => {
    const queue = new KeyedQueue();
    for (let i = 0; i < 10_000; i += 1) queue.add(`${i % 10}`, i % 3 ? aPending(`${i}`) : aTask());
    expect(() => queue.add('0', aPending('one more'))).toThrow(
      expect.objectContaining({ code: 'service_unavailable' }),
    );
    expect(() => queue.add('new', aTask())).toThrow(expect.objectContaining({ code: 'service_unavailable' }));
    queue.takeTask();
    queue.add('0', aPending('one more'));
    expect(() => queue.add('0', aPending('two more'))).toThrow();
  });

  it('G8: is bounded in bytes', () => {
    const queue = new KeyedQueue();
    const bytes = 16 * 1024 * 1024;
    for (let i = 0; i < 4; i += 1) queue.add('a', aPending(`${i}`, { bytes }));
    expect(() => queue.add('a', aPending('4', { bytes: 1 }))).toThrow(
      expect.objectContaining({ code: 'service_unavailable' }),
    );
    queue.add('a', aTask());
    queue.takeBatch({ ...BATCH, bytes: 1 });
    queue.add('b', aPending('4', { bytes }));
  });

  it('is refused as service_unavailable after five seconds, and what came later stays', () => {
    const [old, task, young] = [aPending('old', { since: 1_000 }), aTask(2_000), aPending('young', { since: 5_000 })];
    const queue = filled({ a: [old, task, young], b: [aPending('b', { since: 900 })] });
    queue.expire(5_999);
    expect([old.refusal, task.refusal]).toEqual([null, null]);
    queue.expire(7_000);
    const unavailable = expect.objectContaining({ code: 'service_unavailable' });
    expect([old.refusal, task.refusal, young.refusal]).toEqual([unavailable, unavailable, null]);
    expect(names(queue.takeBatch(BATCH).batch)).toEqual(['young']);
    queue.expire(20_000);
    expect(queue.isEmpty).toBe(false);
  });

  it('is not refused any more once it is being written', () => {
    const taken = aPending('taken', { since: 0 });
    const queue = filled({ a: [taken] });
    const [busyOne] = queue.takeBatch(BATCH).queues as [ConversationQueue];
    const behind = aPending('behind', { since: 0 });
    queue.add('a', behind);
    queue.expire(60_000);
    expect([taken.refusal, behind.refusal]).toEqual([null, expect.objectContaining({ code: 'service_unavailable' })]);
    queue.release(busyOne);
    expect(queue.isEmpty).toBe(true);
  });

  it('G2 G3: whatever comes and goes, each is taken once, in order, repeats apart, one batch a conversation at a time', () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant('add' as const),
          to: fc.constantFrom('a', 'b', 'c'),
          key: fc.nat(5),
          task: fc.boolean(),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('batch' as const),
          items: fc.integer({ min: 1, max: 6 }),
          enough: fc.integer({ min: 1, max: 6 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('task' as const) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('release' as const), which: fc.nat(3) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const queue = new KeyedQueue();
        const added = new Map<string, (Made | Task)[]>();
        const taken = new Map<string, (Made | Task)[]>();
        const busy: ConversationQueue[] = [];
        const take = (busyOne: ConversationQueue, some: (Made | Task)[]) => {
          expect(busy).not.toContain(busyOne);
          busy.push(busyOne);
          taken.set(busyOne.conversationId, [...(taken.get(busyOne.conversationId) ?? []), ...some]);
        };
        const run = (items: number, enough: number) => {
          const { queues: own, batch } = queue.takeBatch({ items, bytes: 1e9, enough });
          expect(batch.length).toBeLessThanOrEqual(items);
          let at = 0;
          for (const busyOne of own) {
            const theirs = batch.filter((each) => added.get(busyOne.conversationId)?.includes(each as Made)) as Made[];
            expect(batch.slice(at, at + theirs.length)).toEqual(theirs);
            expect(new Set(theirs.map(({ message }) => message.clientMessageId)).size).toBe(theirs.length);
            at += theirs.length;
            take(busyOne, theirs);
          }
          expect(at).toBe(batch.length);
          return batch.length;
        };
        const task = () => {
          const next = queue.takeTask();
          if (next) take(next.queue, [next.task]);
          return next !== null;
        };
        for (const [i, each] of steps.entries()) {
          if (each.kind === 'add') {
            const one = each.task && each.key === 0 ? aTask() : aPending(`${i}`, { key: `${each.key}` });
            queue.add(each.to, one);
            added.set(each.to, [...(added.get(each.to) ?? []), one]);
          } else if (each.kind === 'batch') run(each.items, each.enough);
          else if (each.kind === 'task') task();
          else
            queue.release(
              busy.splice(each.which % Math.max(busy.length, 1), 1)[0] ?? {
                conversationId: '',
                waiting: [],
                isBusy: false,
              },
            );
        }
        for (;;) {
          for (const busyOne of busy.splice(0)) queue.release(busyOne);
          if (run(500, 500) === 0 && !task()) break;
        }
        expect(queue.isEmpty).toBe(true);
        for (const [conversation, all] of added) {
          const got = taken.get(conversation) ?? [];
          expect(new Set(got)).toEqual(new Set(all));
          expect(got).toHaveLength(all.length);
          // Tasks divide the queue, and within what they divide the first of each key come in order.
          const firsts = (row: (Made | Task)[]) => {
            let part = new Set<string>();
            return row.filter((one) => {
              if ('run' in one) {
                part = new Set();
                return true;
              }
              const isFirst = !part.has(one.message.clientMessageId);
              part.add(one.message.clientMessageId);
              return isFirst;
            });
          };
          expect(firsts(got)).toEqual(firsts(all));
        }
      }),
      { numRuns: 500 },
    );
  });
});
