import { expect, it } from '@jest/globals';
import type { Message } from '@parley/protocol';
import { Quotes } from './quotes.js';

const edited = (seq: number) =>
  ({ seq, version: seq + 1, content: `new ${seq}`, editedAt: '2026-01-01T00:00:00.000Z', isDeleted: false }) as Message;
const quoteOf = (seq: number) => ({ id: `m${seq}`, seq, senderId: 'ama', excerpt: `old ${seq}` });

it('however many messages are changed, a reply in the store quotes what the message says now', () => {
  const quotes = new Quotes(0, () => new Set([1, 3]));
  for (let seq = 1; seq <= 20_000; seq += 1) quotes.note(edited(seq));
  expect([1, 3, 20_000].map((seq) => quotes.renewed(quoteOf(seq))?.excerpt)).toEqual(['new 1', 'new 3', 'new 20000']);
  // A later reply carries its text as of then.
  expect(quotes.renewed(quoteOf(2))).toEqual(quoteOf(2));
});
