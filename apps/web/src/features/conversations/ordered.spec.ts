import { describe, expect, it } from '@jest/globals';
import type { ConversationListItem, Message } from '@parley/protocol';
import { withoutIsolates } from '../../ui/isolated.js';
import { aMessage, anItem } from '../chat/chat.factory.js';
import { titleOf } from '../chat/conversation-title.js';
import { WITHOUT_WORDS } from '../chat/message/plain-text.js';
import { BLOCKED_WORDS } from '../people/blocked-words.js';
import { fold } from './ordered.js';
import { previewOf } from './preview.js';

describe('The list of conversations', () => {
  it('U1: keeps its order, with pinned and archived ones apart, and without hidden ones but for the open one', () => {
    const items = [
      anItem({ id: 'd', isArchived: true }),
      ...['c', 'b', 'a', 'e'].map((id) => anItem({ id, lastSeq: 5 })),
    ];
    const settings: Record<string, { pinnedAt: string | null; hiddenSeq: number | null }> = {
      b: { pinnedAt: '2026-11-30T12:00:00.000Z', hiddenSeq: 4 },
      a: { pinnedAt: null, hiddenSeq: 5 },
      e: { pinnedAt: null, hiddenSeq: 5 },
    };
    const folded = fold(items, ({ id }) => settings[id] ?? { pinnedAt: null, hiddenSeq: null }, 'e');
    const ids = (part: { id: string }[]) => part.map(({ id }) => id);
    expect([ids(folded.pinned), ids(folded.active), ids(folded.archived)]).toEqual([['b'], ['c', 'e'], ['d']]);
  });

  it('shows the last message in words, with who wrote it', () => {
    const nameOf = () => 'Ama Okafor';
    const preview = (item: ConversationListItem, me: string, isBlocked = false) =>
      withoutIsolates(previewOf(item, { me, nameOf, isBlocked }));
    const lastMessage = aMessage({ content: '**Look**\n`here`' });
    expect(preview(anItem({ lastMessage }), 'me')).toBe('Ama: Look here');
    expect(preview(anItem({ lastMessage }), 'ama')).toBe('You: Look here');
    expect(preview(anItem({ type: 'direct', lastMessage }), 'me')).toBe('Look here');
    expect(previewOf(anItem({ lastMessage }), { me: 'me', nameOf, isBlocked: false })).toBe(
      '\u2068Ama\u2069: \u2068Look here\u2069',
    );
    expect(preview(anItem({ lastMessage }), 'me', true)).toBe(BLOCKED_WORDS);
    expect(preview(anItem({ lastMessage: aMessage({ isDeleted: true }) }), 'me', true)).toBe('Ama: Message deleted');
    expect(titleOf(anItem({ name: 'Ops' }))).toBe('Ops');
  });

  it('calls only attachments so, and cuts no grapheme in half', () => {
    const shown = (fields: Partial<Message>) =>
      previewOf(anItem({ type: 'direct', lastMessage: aMessage(fields) }), {
        me: 'me',
        nameOf: () => 'Ama',
        isBlocked: false,
      });
    for (const content of ['```\n\n```', '\u3164', '> \n> ', '\u0301']) expect(shown({ content })).toBe(WITHOUT_WORDS);
    expect(shown({ content: '', type: 'file' })).toBe('Attachment');
    expect(shown({ content: '', isDeleted: true })).toBe('Message deleted');
    expect(shown({ content: '🇩🇪'.repeat(200) })).toBe('🇩🇪'.repeat(140));
  });
});
