import { describe, expect, it } from '@jest/globals';
import { aMessage, aPending, ME, stored, storedItem } from '../chat.factory.js';
import { rowsOf } from './rows.js';

const now = new Date(2026, 2, 2, 12);
const context = { me: ME, complete: true, newFrom: null, now, lead: 0 };
const partial = { ...context, complete: false };
const at = (day: number, hour: number, minute = 0) => new Date(2026, 2, day, hour, minute).toISOString();

describe('Rows', () => {
  it('L9: one sender within five minutes stands together; another sender, a pause or a notice begins anew', () => {
    const rows = rowsOf(
      [
        aMessage({ seq: 1, createdAt: at(2, 9, 0) }),
        aMessage({ seq: 2, createdAt: at(2, 9, 5) }),
        aMessage({ seq: 3, createdAt: at(2, 9, 11) }),
        aMessage({ seq: 4, createdAt: at(2, 9, 11), senderId: 'li' }),
        aMessage({ seq: 5, createdAt: at(2, 9, 11), senderId: 'li', type: 'system' }),
        aMessage({ seq: 6, createdAt: at(2, 9, 11), senderId: 'li' }),
      ].map(storedItem),
      context,
    );
    expect(rows.map((row) => row.head)).toEqual([true, false, true, true, true, true]);
  });

  it('L8: a line for each local day', () => {
    const rows = rowsOf(
      [
        aMessage({ seq: 1, createdAt: at(1, 23, 59) }),
        aMessage({ seq: 2, createdAt: at(2, 0, 1) }),
        aMessage({ seq: 3, createdAt: at(2, 0, 2) }),
      ].map(storedItem),
      context,
    );
    expect(rows.map((row) => row.day)).toEqual(['Yesterday', 'Today', null]);
    expect(rows[1]?.head).toBe(true);
  });

  it('L2: the oldest row waits for its predecessor, so that no row changes its height when older ones come', () => {
    const held = stored(11, 14);
    const before = rowsOf(held, partial);
    const after = rowsOf([...stored(1, 10), ...held], context);
    expect(before.map((row) => row.message?.seq)).toEqual([12, 13, 14]);
    expect(after.slice(-3)).toEqual(before);
  });

  it('L14: the start of the history stands above the first row of all', () => {
    expect(rowsOf(stored(1, 2), context).map((row) => row.start)).toEqual([true, false]);
    expect(rowsOf(stored(5, 7), partial).some((row) => row.start)).toBe(false);
  });

  it('S2: a message keeps its key from the outbox to its place', () => {
    const [pending] = rowsOf([aPending('x')], context);
    const [sent] = rowsOf([storedItem(aMessage({ senderId: ME, clientMessageId: 'x' }))], context);
    expect(pending?.key).toBe(sent?.key);
    expect([pending?.receipt, sent?.receipt]).toEqual(['pending', 'sent']);
  });

  it('S5: what was refused says so', () => {
    const failure = { code: 'forbidden' as const, message: 'No.', retryable: false, requestId: 'r' };
    expect(rowsOf([aPending('x', { failure })], context)[0]?.receipt).toBe('failed');
  });

  it('L9: a reply stands on its own, before it is stored and after', () => {
    const replyTo = { id: 'id-1', seq: 1, senderId: 'ama', excerpt: 'text 1' };
    const reply = aPending('y', { entry: { ...aPending('y').entry, replyToId: 'id-1' } });
    expect(rowsOf([aPending('x'), reply], context)[1]?.head).toBe(true);
    const answered = [aMessage({ seq: 1 }), aMessage({ seq: 2, replyTo })].map(storedItem);
    expect(rowsOf(answered, context)[1]?.head).toBe(true);
  });

  it('a slow clock does not put what I write before what I answer', () => {
    const entry = { ...aPending('x').entry, createdAt: at(1, 9) };
    const rows = rowsOf([storedItem(aMessage({ createdAt: at(2, 9) })), aPending('x', { entry })], context);
    expect(rows[1]).toMatchObject({ createdAt: at(2, 9), day: null });
  });

  it('L7: the line of new messages stands above the first unread one', () => {
    const rows = rowsOf(stored(1, 4), { ...context, newFrom: 3 });
    expect(rows.map((row) => row.fresh)).toEqual([false, false, true, false]);
  });

  it('what is not sent yet has the server’s time, whatever the device’s clock says', () => {
    const pending = aPending('p', { entry: { ...aPending('p').entry, createdAt: at(3, 0, 10) } });
    const [row] = rowsOf([pending], { ...context, lead: 20 * 60_000 });
    expect(row?.createdAt).toBe(at(2, 23, 50));
    expect(row?.day).toBe('Today');
  });
});
