import { describe, expect, it } from '@jest/globals';
import { aMessage, anItem } from '../chat/chat.factory.js';
import { type ConversationState, newConversation } from '../chat/conversation-state.js';
import { orderedOf } from './ordered.js';
import { previewOf, titleOf } from './preview.js';

const state = (id: string, minute: number, fields: Partial<ConversationState['item']> = {}) =>
  newConversation(anItem({ id, updatedAt: `2026-03-01T10:0${minute}:00.000Z`, ...fields }));

describe('The list of conversations', () => {
  it('U1: the latest first, by id at the same time; archived ones apart; those left behind not at all', () => {
    const all = { a: state('a', 1), b: state('b', 2), c: state('c', 2), d: state('d', 5, { isArchived: true }) };
    const { active, archived } = orderedOf({ ...all, e: { ...state('e', 9), gone: 'left' } });
    expect(active.map(({ item }) => item.id)).toEqual(['c', 'b', 'a']);
    expect(archived.map(({ item }) => item.id)).toEqual(['d']);
  });

  it('shows the last message in words, with who wrote it', () => {
    const nameOf = () => 'Ama Okafor';
    const lastMessage = aMessage({ content: '**Look**\n`here`' });
    expect(previewOf(anItem({ lastMessage }), 'me', nameOf)).toBe('Ama: Look here');
    expect(previewOf(anItem({ lastMessage }), 'ama', nameOf)).toBe('You: Look here');
    expect(previewOf(anItem({ type: 'direct', lastMessage }), 'me', nameOf)).toBe('Look here');
    expect(titleOf(anItem({ name: 'Ops' }))).toBe('Ops');
  });
});
