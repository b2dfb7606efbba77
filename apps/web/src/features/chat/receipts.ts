import type { Member, MessageStatus } from '@parley/protocol';
import { LIMITS } from '@parley/protocol';

/** How far everybody else is: what a message of mine has reached follows from its seq. */
export interface Reach {
  /** Every other present member has read up to here. */
  readSeq: number;
  /** Every other present member has received up to here. */
  deliveredSeq: number;
}

/** What the rail beside a row says. */
export type Receipt = MessageStatus | 'pending' | 'failed';

/** Null where nobody's marks are known: alone, in a large conversation, or before the members were fetched. */
export function reachOf(others: readonly Member[]): Reach | null {
  if (others.length === 0 || others.length >= LIMITS.receiptsMembers) return null;
  return {
    readSeq: Math.min(...others.map((member) => member.lastReadSeq)),
    deliveredSeq: Math.min(...others.map((member) => member.lastDeliveredSeq)),
  };
}

/** What a message of mine has reached. Never less than what the server said of it. */
export function receiptOf(seq: number, told: MessageStatus, reach: Reach | null): Receipt {
  if (reach === null) return told;
  if (told === 'read' || reach.readSeq >= seq) return 'read';
  if (told === 'delivered' || reach.deliveredSeq >= seq) return 'delivered';
  return 'sent';
}

/** Present members but for me. */
export function othersOf(members: Record<string, Member> | null, me: string): Member[] {
  return Object.values(members ?? {}).filter((member) => member.leftAt === null && member.user.id !== me);
}

/** Who rests at which seq: each member's head stands at the last row they have read, once. */
export function headsBySeq(others: readonly Member[]): Map<number, string[]> {
  const heads = new Map<number, string[]>();
  if (others.length >= LIMITS.receiptsMembers) return heads;
  for (const { user, lastReadSeq } of others) {
    if (lastReadSeq > 0) heads.set(lastReadSeq, [...(heads.get(lastReadSeq) ?? []), user.id]);
  }
  return heads;
}

/** "Read by Ama and 2 more": the words of a receipt. `readers`: names of those known to have read it. */
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
