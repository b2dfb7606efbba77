import { describe, expect, it } from '@jest/globals';
import { JOINED, NOTIFICATION, type Notification } from './notification-topics.js';
import { type ReceiptEvent, type StreamEvent, TRACE } from './stream-events.js';

const event = (version: number, content = 'hi'): StreamEvent => ({
  version,
  name: 'message:new',
  payload: { conversationId: 'c', version, message: { content } } as never,
});
const mark: ReceiptEvent = { receipts: 4, userId: 'u', read: null, delivered: null, unread: null };
const encoded = (notification: Notification) => NOTIFICATION.encode?.(notification) ?? '';

describe('the notifications that nodes exchange', () => {
  it('S0.14 S0.15 are decoded to what was encoded', () => {
    const notification = {
      events: [event(2), { ...event(3, 'ä€😀'), joined: ['u1'], left: 'u2' }],
      marks: [mark],
      head: 0,
    };
    expect(NOTIFICATION.decode(JSON.parse(encoded(notification)))).toEqual(notification);
    const joined = { conversationId: 'c', version: 7 };
    expect(JOINED.decode(joined)).toEqual(joined);
  });

  it('G8: name only the head where the events would be too large to travel', () => {
    const large = Array.from({ length: 30 }, (_, i) => event(i + 2, 'x'.repeat(10_000)));
    const json = encoded({ events: large, marks: [mark], head: 0 });
    expect(json.length).toBeLessThan(100);
    expect(NOTIFICATION.decode(JSON.parse(json))).toEqual({ events: [], marks: [], head: 31 });
  });

  it('S4.47: carry of each event that is traced by which span, and take nothing else for one', () => {
    const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const json = encoded({ events: [event(2), { ...event(3), [TRACE]: trace }], marks: [], head: 0 });
    const tracesOf = (value: unknown) => NOTIFICATION.decode(value)?.events.map(({ [TRACE]: each }) => each);
    expect(tracesOf(JSON.parse(json))).toEqual([undefined, trace]);
    for (const traces of [null, 5, { 3: 7 }, { 3: `${trace}0` }, { 3: `01${trace.slice(2)}` }, { 4: trace }])
      expect(tracesOf({ ...JSON.parse(json), traces })).toEqual([undefined, undefined]);
  });

  it.each([
    ['a number', 5],
    ['null', null],
    ['no events', { marks: [], head: 0 }],
    ['an event without a version', { events: [{ name: 'message:new' }], marks: [], head: 0 }],
    ['an event with half a version', { events: [{ name: 'message:new', version: 1.5 }], marks: [], head: 0 }],
    ['an event that is null', { events: [null], marks: [], head: 0 }],
    ['an event whose payload is a text', { events: [{ name: 'a', version: 1, payload: 'x' }], marks: [], head: 0 }],
    ['a mark without a user', { events: [], marks: [{ receipts: 1 }], head: 0 }],
    ['a head that is none', { events: [], marks: [], head: '9' }],
  ])('are not made of %s', (_what, value) => {
    expect(NOTIFICATION.decode(value)).toBeNull();
    expect(JOINED.decode(value)).toBeNull();
  });
});
