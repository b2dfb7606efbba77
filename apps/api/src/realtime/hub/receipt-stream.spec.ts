import { beforeEach, describe, expect, it } from '@jest/globals';
import { ReceiptStream } from './receipt-stream.js';
import type { ReceiptEvent } from './stream-events.js';

const ID = '018f0000-0000-7000-8000-000000000000';
const receipt = (receipts: number): ReceiptEvent => ({
  receipts,
  userId: 'bob',
  read: null,
  delivered: null,
  unread: null,
});
const watermark = { conversationId: ID, receipts: 5, userId: 'bob', messageId: ID, seq: 2 };
const READ = { ...watermark, readBy: 'bob', readAt: '2026-01-01T00:00:00.000Z' };
const DELIVERED = { ...watermark, deliveredTo: 'bob', deliveredAt: '2026-01-01T00:00:00.000Z' };
const UNREAD = { conversationId: ID, receipts: 5, unreadCount: 0, mentionCount: 0, lastReadSeq: 2, lastSeq: 2 };

const numbers = (receipts: readonly ReceiptEvent[]) => receipts.map(({ receipts: number }) => number);

describe('the receipts of a conversation', () => {
  let told: ReceiptEvent[];
  let stream: ReceiptStream;

  beforeEach(() => {
    told = [];
    stream = new ReceiptStream((each) => void told.push(each));
  });

  it('are delivered at once, each once', () => {
    stream.open(2);
    stream.accept([receipt(2), receipt(3), receipt(4)]);
    stream.accept([receipt(4), receipt(3), receipt(5)]);
    expect(numbers(told)).toEqual([3, 4, 5]);
    expect(stream.observe(5)).toBeNull();
  });

  it('G4: one that is missing is asked for, whatever came after it, until it is there', () => {
    stream.open(0);
    stream.accept([receipt(1), receipt(3), receipt(5)]);
    expect(stream.observe(5)).toBe(1);
    stream.accept([receipt(2)]);
    expect(stream.observe(5)).toBe(3);
    stream.accept([receipt(4)]);
    expect(stream.observe(5)).toBeNull();
    expect(numbers(told)).toEqual([1, 3, 5, 2, 4]);
  });

  it('G4: a number that nobody has given out does not keep back those that follow', () => {
    stream.accept([receipt(900)]);
    stream.open(3);
    stream.accept([receipt(4), receipt(70)]);
    expect(numbers(told)).toEqual([900, 4, 70]);
    for (let look = 0; look < 2; look += 1) stream.observe(4);
    stream.accept([receipt(5)]);
    expect(stream.observe(6)).toBe(5);
    expect(numbers(told).at(-1)).toBe(5);
  });

  it('G8: are remembered in a bounded number: too many of them are read again', () => {
    stream.open(0);
    stream.accept(Array.from({ length: 2_500 }, (_, n) => receipt(n + 2)));
    expect(numbers(told)).toHaveLength(2_500);
    expect(stream.observe(2_501)).toBe(0);
  });

  it('G4: a number that the database does not have any more was overtaken, and is asked for no longer', () => {
    stream.open(0);
    stream.accept([receipt(2), receipt(7)]);
    stream.accept([receipt(2), receipt(4), receipt(6)]);
    stream.complete(6);
    expect(numbers(told)).toEqual([2, 7, 4, 6]);
    expect(stream.observe(7)).toBeNull();
    stream.accept([receipt(5), receipt(8)]);
    expect(numbers(told)).toEqual([2, 7, 4, 6, 8]);
  });

  it('of a stream that began without knowing their number are taken as they come', () => {
    stream.accept([receipt(7), receipt(8)]);
    expect(numbers(told)).toEqual([7, 8]);
    expect(stream.observe(8)).toBeNull();
  });

  it('G4: a read that was lost is told from the row, though a later delivery of the same member was told', () => {
    stream.open(3);
    stream.accept([{ ...receipt(5), delivered: DELIVERED }]);
    const row = { ...receipt(5), read: READ, delivered: DELIVERED, unread: UNREAD };
    expect(stream.observe(5)).toBe(3);
    stream.acceptRepaired([row]);
    stream.complete(5);
    expect(told).toEqual([
      { ...receipt(5), delivered: DELIVERED },
      { ...receipt(5), read: READ, unread: UNREAD },
    ]);
    expect(stream.observe(5)).toBeNull();
  });

  it('of which the row tells nothing new are not told again', () => {
    stream.open(3);
    const row = { ...receipt(5), read: READ, unread: UNREAD };
    stream.accept([row]);
    stream.acceptRepaired([receipt(3), row, receipt(6)]);
    expect(numbers(told)).toEqual([5, 6]);
  });

  it('G4: are told from where a new member stands, though the others have been told of them', () => {
    stream.open(3);
    stream.accept([receipt(4), receipt(5)]);
    expect(stream.observe(5)).toBeNull();
    stream.beginAtMost(4);
    expect(stream.observe(5)).toBe(4);
  });
});
