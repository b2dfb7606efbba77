import { describe, expect, it } from '@jest/globals';
import { aConversation, aMessage, ME, messages } from './chat.factory.js';
import type { Timeline } from './conversation-state.js';
import { rowsOf } from './rows.js';

const now = new Date(2026, 2, 2, 12);
const context = { me: ME, reach: null, newFrom: null, now };
const at = (day: number, hour: number, minute = 0) => new Date(2026, 2, day, hour, minute).toISOString();
const timeline = (items: Timeline['items'], olderCursor: string | null = null): Timeline => ({
  ...aConversation(0).timeline,
  items,
  olderCursor,
});

describe('Rows', () => {
  it('L9: one sender within five minutes stands together; another sender, a pause or a notice begins anew', () => {
    const rows = rowsOf(
      timeline([
        aMessage({ seq: 1, createdAt: at(2, 9, 0) }),
        aMessage({ seq: 2, createdAt: at(2, 9, 5) }),
        aMessage({ seq: 3, createdAt: at(2, 9, 11) }),
        aMessage({ seq: 4, createdAt: at(2, 9, 11), senderId: 'li' }),
        aMessage({ seq: 5, createdAt: at(2, 9, 11), senderId: 'li', type: 'system' }),
        aMessage({ seq: 6, createdAt: at(2, 9, 11), senderId: 'li' }),
      ]),
      [],
      context,
    );
    expect(rows.map((row) => row.head)).toEqual([true, false, true, true, true, true]);
  });

  it('L8: a line for each local day', () => {
    const rows = rowsOf(
      timeline([
        aMessage({ seq: 1, createdAt: at(1, 23, 59) }),
        aMessage({ seq: 2, createdAt: at(2, 0, 1) }),
        aMessage({ seq: 3, createdAt: at(2, 0, 2) }),
      ]),
      [],
      context,
    );
    expect(rows.map((row) => row.day)).toEqual(['Yesterday', 'Today', null]);
    expect(rows[1]?.head).toBe(true);
  });

  it('L2: the oldest row waits for its predecessor, so that no row changes its height when older ones come', () => {
    const held = messages(11, 14);
    const before = rowsOf(timeline(held, '11'), [], context);
    const after = rowsOf(timeline([...messages(1, 10), ...held]), [], context);
    expect(before.map((row) => row.message?.seq)).toEqual([12, 13, 14]);
    expect(after.slice(-3)).toEqual(before);
  });

  it('L14: the start of the history stands above the first row of all', () => {
    expect(rowsOf(timeline(messages(1, 2)), [], context).map((row) => row.start)).toEqual([true, false]);
    expect(rowsOf(timeline(messages(5, 7), '5'), [], context).some((row) => row.start)).toBe(false);
  });

  it('S2: a message keeps its key from the outbox to its place', () => {
    const entry = { clientMessageId: 'x', content: 'hi', createdAt: at(2, 9), state: 'pending' as const, reason: null };
    const [pending] = rowsOf(timeline([]), [entry], context);
    const [sent] = rowsOf(timeline([aMessage({ senderId: ME, clientMessageId: 'x' })]), [], context);
    expect(pending?.key).toBe(sent?.key);
    expect(pending?.receipt).toBe('pending');
  });

  it('a slow clock does not put what I write before what I answer', () => {
    const entry = { clientMessageId: 'x', content: 'hi', createdAt: at(1, 9), state: 'pending' as const, reason: null };
    const rows = rowsOf(timeline([aMessage({ createdAt: at(2, 9) })]), [entry], context);
    expect(rows[1]).toMatchObject({ createdAt: at(2, 9), day: null });
  });

  it('L7: the line of new messages stands above the first unread one', () => {
    const rows = rowsOf(timeline(messages(1, 4)), [], { ...context, newFrom: 3 });
    expect(rows.map((row) => row.fresh)).toEqual([false, false, true, false]);
  });
});
