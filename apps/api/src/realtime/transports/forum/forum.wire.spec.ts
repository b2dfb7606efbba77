import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EventName, ForumNoticeFrame } from '@parley/protocol';
import type { ParleyError } from '../../../kernel/errors.js';
import type { Credential } from '../../connections/engine-connection.js';
import { Answer } from '../framed/answer.js';
import { type Frame, OutgoingEvent } from '../framed/outgoing-event.js';
import type { Line, OnAnswer } from '../framed/wire.js';
import { ForumWire } from './forum.wire.js';

const ME = '01a22623-0599-71c9-861d-c56fd8b2a501';
const idOf = (n: number): string => `01a22623-0599-71c9-861d-${String(n).padStart(12, '0')}`;
const READY = { userId: ME, limits: { messagesPerSecond: 10, messagesPerMinute: 120 } };

/** A direct conversation, whose own id is that of its peer and 1,000. */
const direct = (n: number, isOnline = false) => ({
  id: idOf(n + 1_000),
  peer: { id: idOf(n), username: `u${n}`, displayName: `U ${n}`, isOnline },
});

const textOf = (frame: Frame): string => (typeof frame === 'string' ? frame : frame.text);

/** What a wire does to its line: commands without an answer, and frames. */
class FakeLine implements Line {
  readonly commands: { name: string; payload: any; onAnswer: OnAnswer }[] = [];
  readonly frames: Frame[] = [];
  readonly refusals: ParleyError[] = [];
  credentials: readonly Credential[] = [];
  ended: string | null = null;
  hasLeft = false;

  connect(credentials: readonly Credential[]): void {
    this.credentials = credentials;
  }

  run(name: string, payload: unknown, onAnswer: OnAnswer): void {
    this.commands.push({ name, payload, onAnswer });
  }

  isCommand(_name: string): _name is never {
    return false;
  }

  chargeFrame(): null {
    return null;
  }

  refuse(why: ParleyError): void {
    this.refusals.push(why);
  }

  follows(): boolean {
    return true;
  }

  send(frame: Frame): void {
    this.frames.push(frame);
  }

  afterRead(then: () => void): void {
    then();
  }

  end(why: ParleyError): void {
    this.ended ??= why.code;
  }

  leave(): void {
    this.hasLeft = true;
  }
}

describe('the wire of the profile of forums', () => {
  let line: FakeLine;
  let wire: ForumWire;
  beforeEach(() => {
    line = new FakeLine();
    wire = new ForumWire(line, 'a=b');
    wire.begin();
  });

  const event = (name: EventName, payload: object): void => {
    line.frames.push(...wire.event(new OutgoingEvent(name, JSON.stringify(payload), false)));
  };
  const give = (type: string, data: object = {}): void => wire.receive(JSON.stringify({ type, data }));
  const message = (n: number, seq: number, more: object = {}) => ({
    message: { id: idOf(seq), seq, conversationId: idOf(n + 1_000), senderId: idOf(n), type: 'text', ...more },
  });
  /** Answers the oldest command. */
  const answer = async (ack: object): Promise<void> => {
    const command = line.commands.shift();
    line.frames.push(...(command?.onAnswer(new Answer(1, JSON.stringify({ success: true, ...ack }))) ?? []));
    await new Promise((resolve) => setImmediate(resolve));
  };
  const refuse = (error: object) => answer({ success: false, error });
  const told = (): ForumNoticeFrame[] => line.frames.map((frame) => JSON.parse(textOf(frame)) as ForumNoticeFrame);
  const types = () => told().map(({ type }) => type);
  const names = () => line.commands.map(({ name }) => name);
  const enter = async (...added: object[]): Promise<void> => {
    event('ready', READY);
    await answer({ added, cursor: 1, hasMore: false });
    line.frames.length = 0;
  };

  it('S3.19: says who is there by the cookies of its request', () => {
    expect(line.credentials).toEqual([{ session: 'a=b' }]);
  });

  it('S3.7: welcomes once it has read all conversations, page by page, and then tells what has come meanwhile', async () => {
    event('message:new', message(2, 7));
    event('ready', READY);
    event('status:offline', { userId: idOf(1), lastSeenAt: null });
    give('typing_start', { userId: idOf(2) });
    await answer({ added: [direct(1, true), { id: idOf(9), peer: null }], cursor: 4, hasMore: true });
    expect([types(), line.commands[0]?.payload]).toEqual([[], { conversations: {}, cursor: 4 }]);
    await answer({ added: [direct(2, true)], cursor: 5, hasMore: false });
    expect(types()).toEqual(['join', 'online_users', 'private_message', 'user_offline']);
    expect(told()[1]?.data).toEqual({ users: [{ id: idOf(2), username: 'u2', displayName: 'U 2' }] });
    expect(told()[2]?.data).toMatchObject({ seq: 7, senderId: idOf(2), receiverId: ME });
    expect(line.commands.map(({ name, payload }) => [name, payload])).toEqual([
      ['typing:start', { conversationId: idOf(1_002) }],
    ]);
    wire.closed();
  });

  it('tells of nobody but those with whom there is a conversation, and of a change only', async () => {
    await enter(direct(1, true));
    event('status:online', { userId: idOf(1), lastSeenAt: null });
    event('status:online', { userId: idOf(3), lastSeenAt: null });
    event('typing:update', { conversationId: idOf(9), userIds: [idOf(3)], count: 1 });
    for (const userIds of [[ME], [idOf(1), ME], [ME, idOf(1)], [ME], []])
      event('typing:update', { conversationId: idOf(1_001), userIds, count: userIds.length });
    event('conversation:created', { conversation: direct(4, true), version: 1 });
    expect(types()).toEqual(['typing_start', 'typing_stop', 'user_online']);
    wire.closed();
  });

  it('S3.24: tells who is online at most once a second, and of 500 at most', async () => {
    await enter(...Array.from({ length: 600 }, (_, n) => direct(n)));
    for (let n = 0; n < 600; n += 1) event('status:online', { userId: idOf(n), lastSeenAt: null });
    expect(types().filter((type) => type !== 'user_online')).toEqual([]);
    while (!types().includes('online_users')) await new Promise((resolve) => setTimeout(resolve, 50));
    const lists = told().flatMap((frame) => (frame.type === 'online_users' ? [frame.data.users.length] : []));
    expect(lists).toEqual([500]);
  });

  it('G3: keeps what comes behind a first message behind it, in order, until that is answered', async () => {
    await enter(direct(1));
    for (const content of ['one', 'two']) give('private_message', { receiverId: idOf(5), content });
    give('typing_start', { userId: idOf(1) });
    give('leave');
    expect(line.commands.map(({ payload }) => payload.content)).toEqual(['one']);
    await refuse({ code: 'service_unavailable' });
    expect(line.commands.map(({ payload }) => payload.content)).toEqual(['two']);
    event('conversation:created', { conversation: direct(5), version: 1 });
    await answer({ duplicate: false });
    expect([names(), line.hasLeft]).toEqual([['typing:start'], false]);
    await answer({});
    expect(line.hasLeft).toBe(true);
    expect(types()).toEqual(['message_failed', 'message_delivered']);
  });

  it('S3.26: does not tell a sender what its acknowledgement tells, and tells it where that did not come', async () => {
    await enter(direct(1));
    const own = (seq: number, clientMessageId: string) => message(1, seq, { senderId: ME, clientMessageId });
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
    for (const clientMessageId of [first, second])
      give('private_message', { receiverId: idOf(1), content: 'x', clientMessageId: clientMessageId.toUpperCase() });
    event('message:new', own(1, first));
    await answer({ duplicate: false });
    // The connection to the database broke while this was committed.
    await refuse({ code: 'service_unavailable', clientMessageId: second });
    event('message:new', own(2, second));
    event('message:new', own(3, crypto.randomUUID()));
    expect(types()).toEqual(['message_delivered', 'message_failed', 'private_message', 'private_message']);
    expect(told()[1]?.data).toMatchObject({ clientMessageId: second.toUpperCase(), request: 'private_message' });
  });

  it('G8: ends a connection that gives more than may wait, by number or by size, and one for which too much is held', () => {
    for (let n = 0; n < 100; n += 1) give('join');
    expect(line.ended).toBeNull();
    give('join');
    expect(line.ended).toBe('rate_limited');
    line.ended = null;
    wire = new ForumWire(line, '');
    wire.receive('x'.repeat(262_145));
    expect(line.ended).toBe('rate_limited');
    line.ended = null;
    for (let n = 0; n < 2_000; n += 1) event('message:new', message(1, n));
    expect(line.ended).toBe('slow_consumer');
  });

  it('asks again where it may not ask just now, and ends where it cannot be let in', async () => {
    event('ready', READY);
    await refuse({ code: 'rate_limited', retryAfterMs: 1 });
    while (line.commands.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(names()).toEqual(['sync']);
    await refuse({ code: 'service_unavailable' });
    expect(line.ended).toBe('service_unavailable');
  });
});
