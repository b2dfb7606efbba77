import { describe, expect, it } from '@jest/globals';
import { aMember } from '../chat.factory.js';
import { headsBySeq, othersOf, receiptWords } from './receipts.js';

describe('Receipts', () => {
  const li = aMember('li', { lastReadSeq: 3, lastDeliveredSeq: 5 });
  const jo = aMember('jo', { lastReadSeq: 4, lastDeliveredSeq: 4 });

  it('leave me out of those who read', () => {
    expect(othersOf([li, aMember('me')], 'me')).toEqual([li]);
  });

  it('S4: show no avatars in conversations of over a hundred members', () => {
    expect(headsBySeq(Array.from({ length: 100 }, (_, index) => aMember(`m${index}`, { lastReadSeq: 1 }))).size).toBe(
      0,
    );
  });

  it('S4: show each avatar at the last row that its member has read', () => {
    expect(headsBySeq([li, jo, aMember('new')])).toEqual(
      new Map([
        [3, ['li']],
        [4, ['jo']],
      ]),
    );
  });

  it('have words for every state', () => {
    expect(receiptWords('pending', [])).toBe('Sending');
    expect(receiptWords('sent', ['Ama'])).toBe('Sent, read by Ama');
    expect(receiptWords('read', ['Ama', 'Li', 'Jo'])).toBe('Read by Ama and 2 more');
    expect(receiptWords('read', [])).toBe('Read');
  });
});
