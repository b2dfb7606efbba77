import { describe, expect, it } from '@jest/globals';
import { aMember } from './chat.factory.js';
import { headsBySeq, othersOf, reachOf, receiptOf, receiptWords } from './receipts.js';

describe('Receipts', () => {
  const li = aMember('li', { lastReadSeq: 3, lastDeliveredSeq: 5 });
  const jo = aMember('jo', { lastReadSeq: 4, lastDeliveredSeq: 4 });

  it('S4: a message is delivered and read when it is so for every other present member', () => {
    const reach = reachOf([li, jo]);
    expect([3, 4, 5].map((seq) => receiptOf(seq, 'sent', reach))).toEqual(['read', 'delivered', 'sent']);
  });

  it('S3: never less than what the server told', () => {
    expect(receiptOf(9, 'read', reachOf([li]))).toBe('read');
  });

  it('the departed and I do not count', () => {
    const gone = aMember('gone', { leftAt: '2026-03-02T10:00:00.000Z' });
    expect(othersOf({ li, gone, me: aMember('me') }, 'me')).toEqual([li]);
  });

  it('are not derived in conversations of over a hundred members', () => {
    expect(reachOf(Array.from({ length: 100 }, (_, index) => aMember(`m${index}`)))).toBeNull();
    expect(reachOf([])).toBeNull();
  });

  it('S4: each head rests at the last row that its member has read', () => {
    expect(headsBySeq([li, jo, aMember('new')])).toEqual(
      new Map([
        [3, ['li']],
        [4, ['jo']],
      ]),
    );
  });

  it('are said in words', () => {
    expect(receiptWords('pending', [])).toBe('Sending');
    expect(receiptWords('sent', ['Ama'])).toBe('Sent, read by Ama');
    expect(receiptWords('read', ['Ama', 'Li', 'Jo'])).toBe('Read by Ama and 2 more');
    expect(receiptWords('read', [])).toBe('Read');
  });
});
