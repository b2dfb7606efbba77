import { describe, expect, it } from '@jest/globals';
import type { MessageItem } from '@parley/client';
import { aMessage, aPending, ME, stored, storedItem } from '../chat.factory.js';
import { type RowContext, rowsOf } from './rows.js';

const now = new Date(2026, 2, 2, 12);
const context = { me: ME, complete: true, newFrom: null, now, lead: 0 };
const partial = { ...context, complete: false };
const at = (day: number, hour: number, minute = 0) => new Date(2026, 2, day, hour, minute).toISOString();

describe('Rows', () => {
  it('L9: messages of one sender within five minutes form a group; another sender, a pause or a system message begins one', () => {
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

  it('L2: the oldest message is left out until its predecessor is loaded, so that no row changes its height', () => {
    const loaded = stored(11, 14);
    const before = rowsOf(loaded, partial);
    const after = rowsOf([...stored(1, 10), ...loaded], context);
    expect(before.map((row) => row.message?.seq)).toEqual([12, 13, 14]);
    expect(after.slice(-3)).toEqual(before);
  });

  it('L14: the start of the history is drawn above the very first row', () => {
    expect(rowsOf(stored(1, 2), context).map((row) => row.start)).toEqual([true, false]);
    expect(rowsOf(stored(5, 7), partial).some((row) => row.start)).toBe(false);
  });

  describe('P6: what the system says', () => {
    const minute = (seq: number) => at(2, 9, seq);
    const says = (seq: number) => aMessage({ seq, type: 'system', createdAt: minute(seq) });
    const seqs = (items: readonly MessageItem[], options: RowContext = context) =>
      rowsOf(items, options).map((row) => [...row.folded, row.message].map((message) => message?.seq));

    it('is one row from three lines in a row on, with all that stood above it', () => {
      const items = [says(1), says(2), says(3), aMessage({ seq: 4, createdAt: minute(4) }), says(5), says(6)];
      expect(seqs(items.map(storedItem))).toEqual([[1, 2, 3], [4], [5], [6]]);
      const [run] = rowsOf(items.map(storedItem), context);
      expect(run).toMatchObject({ day: 'Today', head: true, start: true, message: { seq: 3 } });
    });

    it('begins another row with a new day and with what is new', () => {
      const day = (seq: number, of: number) => aMessage({ seq, type: 'system', createdAt: at(of, 9, seq) });
      const items = [day(1, 1), day(2, 1), day(3, 1), day(4, 2), day(5, 2), day(6, 2)].map(storedItem);
      expect(seqs(items)).toEqual([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      expect(seqs(items, { ...context, newFrom: 5 })).toEqual([[1, 2, 3], [4], [5], [6]]);
    });

    it('keeps the key of its newest line when older ones are loaded', () => {
      const items = [1, 2, 3, 4, 5].map((seq) => storedItem(says(seq)));
      expect(rowsOf(items, context).at(-1)?.key).toBe(rowsOf(items.slice(1), partial).at(-1)?.key);
    });
  });

  it('S2: a message keeps its key when it is acknowledged', () => {
    const [pending] = rowsOf([aPending('x')], context);
    const [sent] = rowsOf([storedItem(aMessage({ senderId: ME, clientMessageId: 'x' }))], context);
    expect(pending?.key).toBe(sent?.key);
    expect([pending?.receipt, sent?.receipt]).toEqual(['pending', 'sent']);
  });

  it('S5: a refused message is marked as failed', () => {
    const failure = { code: 'forbidden' as const, message: 'No.', retryable: false, requestId: 'r' };
    expect(rowsOf([aPending('x', { failure })], context)[0]?.receipt).toBe('failed');
  });

  it('L9: a reply begins a group, before it is stored and after', () => {
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

  it('L7: the line of new messages is drawn above the first unread one', () => {
    const rows = rowsOf(stored(1, 4), { ...context, newFrom: 3 });
    expect(rows.map((row) => row.fresh)).toEqual([false, false, true, false]);
  });

  it('a pending message has the server’s time, whatever the device’s clock says', () => {
    const pending = aPending('p', { entry: { ...aPending('p').entry, createdAt: at(3, 0, 10) } });
    const [row] = rowsOf([pending], { ...context, lead: 20 * 60_000 });
    expect(row?.createdAt).toBe(at(2, 23, 50));
    expect(row?.day).toBe('Today');
  });
});
