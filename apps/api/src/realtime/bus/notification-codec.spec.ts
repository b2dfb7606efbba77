import { describe, expect, it } from '@jest/globals';
import type { ReceiptEvent, StreamEvent } from '../hub/stream-events.js';
import { decodeJoin, decodeNotification, encodeJoin, encodeNotification } from './notification-codec.js';

const event = (version: number, content = 'hi'): StreamEvent => ({
  version,
  name: 'message:new',
  payload: { conversationId: 'c', version, message: { content } } as never,
});
const mark: ReceiptEvent = { receipts: 4, userId: 'u', read: null, delivered: null, unread: null };
const bytes = (text: string) => Buffer.from(text);

describe('the frames that nodes exchange', () => {
  it('S0.14 S0.15 come back as they were said', () => {
    const events = [event(2), { ...event(3, 'ä€😀'), joined: ['u1'], left: 'u2' }];
    expect(decodeNotification(bytes(encodeNotification(events, [mark])))).toEqual({ events, marks: [mark], head: 0 });
    const joined = { conversationId: 'c', version: 7 };
    expect(decodeJoin(bytes(encodeJoin(joined)))).toEqual(joined);
  });

  it('G8: name only the head where the events would be too large to travel', () => {
    const large = Array.from({ length: 30 }, (_, i) => event(i + 2, 'x'.repeat(10_000)));
    const said = encodeNotification(large, [mark]);
    expect(said.length).toBeLessThan(100);
    expect(decodeNotification(bytes(said))).toEqual({ events: [], marks: [], head: 31 });
  });

  it.each([
    ['nothing', ''],
    ['another format', `2{"events":[],"marks":[],"head":0}`],
    ['no JSON', `1{"events":`],
    ['a number', `15`],
    ['null', `1null`],
    ['no events', `1{"marks":[],"head":0}`],
    ['an event without a version', `1{"events":[{"name":"message:new"}],"marks":[],"head":0}`],
    ['an event with half a version', `1{"events":[{"name":"message:new","version":1.5}],"marks":[],"head":0}`],
    ['an event that is null', `1{"events":[null],"marks":[],"head":0}`],
    ['an event whose payload is a text', `1{"events":[{"name":"a","version":1,"payload":"x"}],"marks":[],"head":0}`],
    ['a mark without a user', `1{"events":[],"marks":[{"receipts":1}],"head":0}`],
    ['a head that is none', `1{"events":[],"marks":[],"head":"9"}`],
  ])('pass over %s', (_what, said) => {
    expect(decodeNotification(bytes(said))).toBeNull();
    expect(decodeJoin(bytes(said))).toBeNull();
  });
});
