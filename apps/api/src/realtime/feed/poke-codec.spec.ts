import { describe, expect, it } from '@jest/globals';
import type { FeedEvent, MarkEvent } from './feed-events.js';
import { decodeJoined, decodePoke, encodeJoined, encodePoke, isFrom } from './poke-codec.js';

const NODE = '0a1b2c3d';
const event = (version: number, content = 'hi'): FeedEvent => ({
  version,
  name: 'message:new',
  payload: { conversationId: 'c', version, message: { content } } as never,
});
const mark: MarkEvent = { receipts: 4, userId: 'u', read: null, delivered: null, unread: null };
const bytes = (text: string) => Buffer.from(text);

describe('the frames that nodes exchange', () => {
  it('S0.14 S0.15 come back as they were said', () => {
    const events = [event(2), { ...event(3, 'ä€😀'), joined: ['u1'], left: 'u2' }];
    expect(decodePoke(bytes(encodePoke(NODE, events, [mark])))).toEqual({ events, marks: [mark], head: 0 });
    const joined = { conversationId: 'c', version: 7 };
    expect(decodeJoined(bytes(encodeJoined(NODE, joined)))).toEqual(joined);
  });

  it('tell a node its own words without being read', () => {
    const said = bytes(encodePoke(NODE, [event(2)], []));
    expect(isFrom(NODE, said)).toBe(true);
    expect(isFrom('ffffffff', said)).toBe(false);
  });

  it('G8: name only the head where the events would be too large to travel', () => {
    const large = Array.from({ length: 30 }, (_, i) => event(i + 2, 'x'.repeat(10_000)));
    const said = encodePoke(NODE, large, [mark]);
    expect(said.length).toBeLessThan(100);
    expect(decodePoke(bytes(said))).toEqual({ events: [], marks: [], head: 31 });
  });

  it.each([
    ['nothing', ''],
    ['another format', `2${NODE}{"events":[],"marks":[],"head":0}`],
    ['no JSON', `1${NODE}{"events":`],
    ['a number', `1${NODE}5`],
    ['null', `1${NODE}null`],
    ['no events', `1${NODE}{"marks":[],"head":0}`],
    ['an event without a version', `1${NODE}{"events":[{"name":"message:new"}],"marks":[],"head":0}`],
    ['an event with half a version', `1${NODE}{"events":[{"name":"message:new","version":1.5}],"marks":[],"head":0}`],
    ['an event that is null', `1${NODE}{"events":[null],"marks":[],"head":0}`],
    [
      'an event whose payload is a text',
      `1${NODE}{"events":[{"name":"a","version":1,"payload":"x"}],"marks":[],"head":0}`,
    ],
    ['a mark without a user', `1${NODE}{"events":[],"marks":[{"receipts":1}],"head":0}`],
    ['a head that is none', `1${NODE}{"events":[],"marks":[],"head":"9"}`],
  ])('pass over %s', (_what, said) => {
    expect(decodePoke(bytes(said))).toBeNull();
    expect(decodeJoined(bytes(said))).toBeNull();
  });
});
