import { describe, expect, it } from '@jest/globals';
import { aMessage, anItem } from '../chat/chat.factory.js';
import { foldArchived } from './ordered.js';
import { previewOf, titleOf } from './preview.js';

describe('The list of conversations', () => {
  it('U1: keeps its order, with archived ones apart', () => {
    const items = [anItem({ id: 'd', isArchived: true }), anItem({ id: 'c' }), anItem({ id: 'b' })];
    const { active, archived } = foldArchived(items);
    expect(active.map(({ id }) => id)).toEqual(['c', 'b']);
    expect(archived.map(({ id }) => id)).toEqual(['d']);
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
