import { describe, expect, it } from '@jest/globals';
import type { Message, MessagePage } from '@parley/protocol';
import { aConversation, aMessage, messages } from './chat.factory.js';
import { mergeMessages, trimmed, withMessage, withNewest, withOlder } from './timeline.js';

const seqs = (rows: readonly Message[]) => rows.map((row) => row.seq);
const page = (items: Message[], nextCursor: string | null): MessagePage => ({
  items,
  nextCursor,
  hasMore: nextCursor !== null,
  users: [],
});

describe('The rows of a conversation', () => {
  it('are merged in order, each once, the newer version winning', () => {
    const edited = aMessage({ seq: 3, version: 9, content: 'edited' });
    const merged = mergeMessages(messages(1, 4), [edited, ...messages(5, 6)]);
    expect(seqs(merged)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(merged[2]).toBe(edited);
    expect(mergeMessages([edited], [aMessage({ seq: 3, version: 4 })])).toEqual([edited]);
  });

  it('S6: a late one with a lower seq goes above', () => {
    expect(seqs(mergeMessages([...messages(1, 2), aMessage({ seq: 4 })], [aMessage({ seq: 3 })]))).toEqual([
      1, 2, 3, 4,
    ]);
  });

  it('R3: the newest page joins what it touches and replaces what lies beyond a hole', () => {
    const held = { ...aConversation(10).timeline, olderCursor: null };
    expect(seqs(withNewest(held, page(messages(8, 15), '8')).items)).toHaveLength(15);
    expect(withNewest(held, page(messages(8, 15), '8')).olderCursor).toBeNull();
    const replaced = withNewest(held, page(messages(20, 25), '20'));
    expect(seqs(replaced.items)).toEqual([20, 21, 22, 23, 24, 25]);
    expect(replaced.olderCursor).toBe('20');
  });

  it('L2: an older page goes above and brings the next cursor', () => {
    const held = { ...aConversation(0).timeline, items: messages(51, 60), olderCursor: '51' };
    const longer = withOlder(held, page(messages(1, 50), null));
    expect(seqs(longer.items)).toHaveLength(60);
    expect(longer.olderCursor).toBeNull();
  });

  it('take no live row before the newest page was fetched', () => {
    const unopened = { ...aConversation(0).timeline, status: 'empty' as const };
    expect(withMessage(unopened, aMessage({ seq: 9 }))).toBe(unopened);
  });

  it('are cut when the conversation is not shown any more, and can be fetched again from there', () => {
    const cut = trimmed({ ...aConversation(0), timeline: { ...aConversation(500).timeline } });
    expect(cut.timeline.items).toHaveLength(200);
    expect(cut.timeline.olderCursor).toBe('301');
  });
});
