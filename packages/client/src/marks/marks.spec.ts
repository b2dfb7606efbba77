import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { MarkCommand, MarkResult } from '@parley/protocol';
import { SdkError } from '../sdk-error.js';
import { Marks } from './marks.js';

interface Asked extends PromiseWithResolvers<MarkResult> {
  name: string;
  payload: MarkCommand;
}

describe('Marks', () => {
  let asked: Asked[];
  let told: MarkResult[];
  let marks: Marks;

  beforeEach(() => {
    jest.useFakeTimers();
    asked = [];
    told = [];
    marks = new Marks({
      ask: (name, payload) => {
        const one = { name, payload, ...Promise.withResolvers<MarkResult>() };
        asked.push(one);
        return one.promise;
      },
      onMarked: (_id, result) => told.push(result),
    });
    marks.resume();
  });

  afterEach(() => {
    marks.clear();
    jest.useRealTimers();
  });

  const sent = () => asked.map(({ name, payload }) => `${name.slice(8)} ${payload.conversationId} ${payload.seq}`);
  const settle = () => jest.advanceTimersByTimeAsync(0);
  const second = () => jest.advanceTimersByTimeAsync(1_000);
  const answer = async (one = asked.at(-1)) => {
    const seq = one?.payload.seq ?? 0;
    const lastReadSeq = one?.name === 'message:read' ? seq : 0;
    one?.resolve({ lastReadSeq, lastDeliveredSeq: seq, unreadCount: 0, mentionCount: 0, lastSeq: seq });
    await settle();
  };

  it('are sent at once, then at most one of a kind a second and conversation, the farthest', async () => {
    for (const seq of [1, 2, 3]) marks.arrived('c', seq);
    expect(sent()).toEqual(['delivered c 1']);
    await answer();
    expect(sent()).toHaveLength(1);
    marks.arrived('d', 7);
    expect(sent()).toEqual(['delivered c 1', 'delivered d 7']);
    await second();
    expect(sent()).toEqual(['delivered c 1', 'delivered d 7', 'delivered c 3']);
    for (let seq = 4; seq <= 100; seq += 1) marks.arrived('c', seq);
    await answer();
    await second();
    await answer();
    await second();
    expect(sent().filter((each) => each.includes(' c '))).toEqual([
      'delivered c 1',
      'delivered c 3',
      'delivered c 100',
    ]);
  });

  it('never go back, and are not repeated where the server has them', async () => {
    marks.read('c', 5);
    await answer();
    await second();
    marks.read('c', 3);
    marks.read('c', 5);
    marks.stands('d', 'read', 9);
    marks.read('d', 8);
    marks.arrived('d', 9);
    await second();
    expect(sent()).toEqual(['read c 5']);
    marks.read('c', 8);
    await answer();
    marks.read('c', 10);
    marks.read('c', 9);
    await second();
    expect(sent()).toEqual(['read c 5', 'read c 8', 'read c 10']);
  });

  it('of reading stand for delivery', async () => {
    marks.pause();
    marks.arrived('c', 4);
    marks.read('c', 4);
    marks.resume();
    await answer();
    await second();
    expect(sent()).toEqual(['read c 4']);
    marks.arrived('c', 6);
    await second();
    expect(sent()).toEqual(['read c 4', 'delivered c 6']);
  });

  it('are repeated after a lost acknowledgement and after a lost connection', async () => {
    marks.read('c', 5);
    asked[0]?.reject(new SdkError('timeout', ''));
    await jest.advanceTimersByTimeAsync(30_000);
    expect(sent()).toEqual(['read c 5', 'read c 5']);
    marks.pause();
    asked[1]?.reject(new SdkError('offline', ''));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(sent()).toHaveLength(2);
    marks.resume();
    expect(sent()).toEqual(['read c 5', 'read c 5', 'read c 5']);
    await answer();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(sent()).toHaveLength(3);
  });

  it('wait as long as the server says', async () => {
    marks.read('c', 5);
    asked[0]?.reject(new SdkError('rate_limited', '', { retryAfterMs: 20_000 }));
    await jest.advanceTimersByTimeAsync(19_999);
    expect(sent()).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(sent()).toHaveLength(2);
  });

  it('of all conversations wait where one came too fast, for a second at least', async () => {
    for (let n = 0; n < 600; n += 1) marks.arrived(`c${n}`, 1);
    for (const one of asked.slice()) one.reject(new SdkError('rate_limited', '', { retryAfterMs: 10 }));
    await jest.advanceTimersByTimeAsync(999);
    expect(sent()).toHaveLength(8);
    await jest.advanceTimersByTimeAsync(1);
    expect(sent()).toHaveLength(16);
  });

  it('that are refused for good are not repeated, and a later one is sent', async () => {
    marks.read('c', 50);
    asked[0]?.reject(new SdkError('validation_failed', '', { retryable: false }));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(sent()).toEqual(['read c 50']);
    marks.read('c', 8);
    expect(sent()).toEqual(['read c 50', 'read c 8']);
  });

  it('for hundreds of conversations are not asked for all at once', async () => {
    for (let n = 0; n < 100; n += 1) marks.arrived(`c${n}`, 1);
    expect(sent()).toHaveLength(8);
    for (let n = 0; n < 100; n += 1) await answer(asked[n]);
    expect(new Set(sent()).size).toBe(100);
  });

  it('that wait for their second are sent at once when flushed, and answered when that resolves', async () => {
    marks.read('c', 1);
    await answer();
    marks.read('c', 2);
    expect(sent()).toEqual(['read c 1']);
    let isFlushed = false;
    const flushing = marks.flush().then(() => {
      isFlushed = true;
    });
    expect(sent()).toEqual(['read c 1', 'read c 2']);
    await settle();
    expect(isFlushed).toBe(false);
    await answer();
    await flushing;
    expect(told).toHaveLength(2);
  });

  it('for hundreds of conversations are flushed up to a hundred, and the rest is sent with the answers', async () => {
    for (let n = 0; n < 600; n += 1) marks.read(`c${n}`, 1);
    void marks.flush();
    void marks.flush();
    expect(sent()).toHaveLength(100);
    for (let n = 0; n < 600; n += 1) await answer(asked[n]);
    expect(new Set(sent()).size).toBe(600);
    expect(sent()).toHaveLength(600);
  });

  it('of what was read are flushed first: of a page that ends only what has left is kept', () => {
    for (let n = 0; n < 600; n += 1) marks.arrived(`c${n}`, 2);
    marks.read('c599', 1);
    void marks.flush();
    expect(sent()).toHaveLength(100);
    expect(sent()).toContain('read c599 1');
  });

  it('are not flushed while the server has this user wait', async () => {
    for (let n = 0; n < 600; n += 1) marks.read(`c${n}`, 1);
    asked[0]?.reject(new SdkError('rate_limited', '', { retryAfterMs: 5_000 }));
    await settle();
    await marks.flush();
    expect(sent()).toHaveLength(8);
    for (const one of asked.slice(1)) await answer(one);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(sent()).toHaveLength(16);
  });

  it('that wait for the answer to an earlier one are flushed all the same, and told once', async () => {
    marks.read('c', 1);
    marks.read('c', 2);
    void marks.flush();
    void marks.flush();
    expect(sent()).toEqual(['read c 1', 'read c 2']);
    await answer(asked[0]);
    await answer(asked[1]);
    await second();
    expect(sent()).toHaveLength(2);
    marks.read('c', 3);
    expect(sent().at(-1)).toBe('read c 3');
  });

  it('of a conversation that was left are forgotten: coming back begins anew', async () => {
    marks.arrived('c', 90);
    marks.forget('c');
    asked[0]?.reject(new SdkError('not_found', '', { retryable: false }));
    await settle();
    marks.arrived('c', 4);
    expect(sent()).toEqual(['delivered c 90', 'delivered c 4']);
  });
});
