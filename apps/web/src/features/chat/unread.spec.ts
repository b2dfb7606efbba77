import { describe, expect, it } from '@jest/globals';
import { aConversation, aMessage, ME } from './chat.factory.js';
import { badgeText, countArrival, withUnread } from './unread.js';

const word = { unreadCount: 0, mentionCount: 0, lastReadSeq: 0, lastSeq: 0 };

describe('Unread', () => {
  it('G6: others’ messages count, system messages do not, my own brings it to none', () => {
    let state = countArrival(aConversation(2), aMessage({ seq: 3, mentions: [ME] }), ME);
    state = countArrival(state, aMessage({ seq: 4, type: 'system' }), ME);
    expect(state.item).toMatchObject({ unreadCount: 1, mentionCount: 1 });
    state = countArrival(state, aMessage({ seq: 5, senderId: ME }), ME);
    expect(state.item).toMatchObject({ unreadCount: 0, mentionCount: 0, lastReadSeq: 5 });
  });

  it('G6: what the server counted already is not counted again', () => {
    const told = withUnread(aConversation(2), { ...word, unreadCount: 3, lastReadSeq: 2, lastSeq: 5 });
    const after = countArrival(told, aMessage({ seq: 5 }), ME);
    expect(after.item.unreadCount).toBe(3);
    expect(countArrival(after, aMessage({ seq: 6 }), ME).item.unreadCount).toBe(4);
  });

  it('U1: a mark keeps the arrivals that the server had not seen when it counted', () => {
    let state = countArrival(aConversation(2), aMessage({ seq: 3 }), ME);
    state = countArrival(state, aMessage({ seq: 4 }), ME);
    state = withUnread(state, { ...word, lastReadSeq: 3, lastSeq: 3 });
    expect(state.item).toMatchObject({ unreadCount: 1, lastReadSeq: 3 });
  });

  it('U3: a word with a lower read mark is old news', () => {
    const state = aConversation(5);
    expect(withUnread(state, { ...word, unreadCount: 4, lastReadSeq: 1, lastSeq: 5 })).toBe(state);
  });

  it('U1: the badge is exact up to 99', () => {
    expect([0, 1, 99, 100].map(badgeText)).toEqual([null, '1', '99', '99+']);
  });
});
