import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EventName } from '@parley/protocol';
import { Answer } from '../framed/answer.js';
import { type Frame, OutgoingEvent } from '../framed/outgoing-event.js';
import type { Line, OnAnswer } from '../framed/wire.js';
import { Replay, type ReplayFrom } from './replay.js';

const READY = { cursor: 4, epoch: 'e' } as never;

describe('a replay', () => {
  let asked: { name: string; payload: any; onAnswer: OnAnswer }[];
  let unread: (() => void)[];
  let ends: string[];
  let replay: Replay;
  beforeEach(() => {
    asked = [];
    unread = [];
    ends = [];
  });

  const begin = (from: ReplayFrom) => {
    const line = {
      run: (name, payload, onAnswer) => void asked.push({ name, payload, onAnswer }),
      afterRead: (then) => void unread.push(then),
      end: ({ code }) => void ends.push(code),
    } as Partial<Line> as Line;
    replay = new Replay(from, { line, conversationId: 'c', framesOf: ({ text }) => [text] });
    replay.start(READY);
  };
  const event = (name: EventName, payload: object) =>
    new OutgoingEvent(name, JSON.stringify({ conversationId: 'c', ...payload }), false);
  const newMessage = (seq: number) => event('message:new', { version: seq + 1, message: { seq } });
  const answer = (value: object): readonly Frame[] =>
    asked.at(-1)?.onAnswer(new Answer(1, JSON.stringify(value))) ?? [];
  const page = (seqs: number[], hasMore: boolean) =>
    answer({
      success: true,
      items: seqs.map((seq) => ({ seq, conversationId: 'c', version: 90, senderId: 'u' })),
      hasMore,
    });
  const seqsIn = (frames: readonly Frame[]) =>
    frames.map((frame) => {
      const { data, message } = JSON.parse(frame as string);
      return (data?.message ?? message).seq;
    });

  it('asks for page after page, each once the one before was read', () => {
    begin({ afterSeq: 5 });
    expect(asked.map(({ payload }) => payload)).toEqual([{ conversationId: 'c', after: '4', limit: 100 }]);
    expect(seqsIn(page([5, 6, 7], true))).toEqual([6, 7]);
    expect(asked).toHaveLength(1);
    unread.pop()?.();
    expect(asked.at(-1)?.payload.after).toBe('7');
    expect(seqsIn(page([8], false))).toEqual([8]);
    expect(unread).toEqual([]);
  });

  it('holds what comes meanwhile back, and sends behind it what it has not told itself', () => {
    begin({ afterSeq: 5 });
    expect([7, 8, 9].map((seq) => replay.keeps(newMessage(seq)))).toEqual([true, true, true]);
    expect(replay.keeps(event('message:read', { receipts: 3, message: {} }))).toBe(true);
    expect(replay.keeps(event('status:online', { conversationId: undefined, userId: 'u' }))).toBe(false);
    expect(seqsIn(page([5, 6, 7, 8], false))).toEqual([6, 7, 8, 9, undefined]);
    // A stream may be behind what the page has read.
    expect(replay.keeps(newMessage(8))).toBe(true);
    expect(replay.keeps(newMessage(10))).toBe(false);
  });

  it('goes by versions through sync, until that has no more', () => {
    begin({ afterVersion: 20 });
    const position = (version: number) => ({ conversations: { c: { version, receipts: 0 } }, cursor: 4, epoch: 'e' });
    expect(asked.map(({ name, payload }) => [name, payload])).toEqual([['sync', position(20)]]);
    const state = (version: number, hasMore: boolean) => ({
      success: true,
      cursor: 4,
      conversations: { c: { version, hasMore } },
    });
    replay.keeps(newMessage(29));
    replay.keeps(newMessage(30));
    const [first] = answer(state(25, true));
    expect(JSON.parse(first as string)).toMatchObject({
      type: 'sync',
      data: { conversations: { c: { version: 25 } } },
    });
    expect(first).not.toContain('success');
    unread.pop()?.();
    expect(asked.at(-1)?.payload).toEqual(position(25));
    expect(answer(state(30, false)).slice(1)).toEqual([newMessage(30).text]);
    expect(replay.keeps(newMessage(29))).toBe(true);
    expect(replay.keeps(newMessage(31))).toBe(false);
  });

  it('ends the connection where it is refused, and where too much is held', () => {
    begin({ afterSeq: 5 });
    expect(answer({ success: false, error: { code: 'service_unavailable', message: 'away' } })).toEqual([]);
    expect(ends).toEqual(['service_unavailable']);
    for (let seq = 6; seq < 3_000; seq += 1) replay.keeps(newMessage(seq));
    expect(ends).toEqual(['service_unavailable', 'slow_consumer']);
  });

  it('asks again where it is told to wait', async () => {
    begin({ afterSeq: 5 });
    answer({ success: false, error: { code: 'rate_limited', retryAfterMs: 1 } });
    const { promise, resolve } = Promise.withResolvers<void>();
    const push = asked.push.bind(asked);
    asked.push = (...items) => {
      resolve();
      return push(...items);
    };
    await promise;
    expect(asked[1]?.payload).toEqual(asked[0]?.payload);
    expect(ends).toEqual([]);
  });
});
