import type { Member, MessageStatus } from '@parley/protocol';
import { LIMITS } from '@parley/protocol';

/** The state of a message of mine that the rail shows. */
export type Receipt = MessageStatus | 'pending' | 'failed';

/** The members except me. */
export function othersOf(members: readonly Member[], me: string): Member[] {
  return members.filter((member) => member.user.id !== me);
}

/** Members by the seq of the last message they have read: their avatar is shown there and nowhere else. */
export function headsBySeq(others: readonly Member[]): Map<number, string[]> {
  const heads = new Map<number, string[]>();
  if (others.length >= LIMITS.receiptsMembers) return heads;
  for (const { user, lastReadSeq } of others) {
    if (lastReadSeq > 0) heads.set(lastReadSeq, [...(heads.get(lastReadSeq) ?? []), user.id]);
  }
  return heads;
}

/** "Read by Ama and 2 more": a receipt in words. `readers`: names of those known to have read the message. */
export function receiptWords(receipt: Receipt, readers: readonly string[]): string {
  switch (receipt) {
    case 'pending':
      return 'Sending';
    case 'failed':
      return 'Not sent';
    case 'sent':
      return readers.length > 0 ? `Sent, ${readBy(readers)}` : 'Sent';
    case 'delivered':
      return readers.length > 0 ? `Delivered, ${readBy(readers)}` : 'Delivered';
    case 'read':
      return readers.length > 0 ? capital(readBy(readers)) : 'Read';
  }
}

function readBy(readers: readonly string[]): string {
  const [first, second, ...more] = readers;
  if (!second) return `read by ${first}`;
  return more.length === 0 ? `read by ${first} and ${second}` : `read by ${first} and ${readers.length - 1} more`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
