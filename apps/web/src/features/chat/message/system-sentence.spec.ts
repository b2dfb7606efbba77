import { describe, expect, it } from '@jest/globals';
import { aMessage } from '../chat.factory.js';
import { systemSentence } from './system-sentence.js';

/** Isolated words in braces. */
const names: Record<string, string> = { ama: 'Ama', li: 'Li', jo: 'Jonas' };
const say = (metadata: object, senderId = 'ama') =>
  systemSentence(
    aMessage({ type: 'system', content: '', senderId, metadata: { ...metadata } }),
    'me',
    (id) => names[id] ?? id,
  )
    .replaceAll('\u2068', '{')
    .replaceAll('\u2069', '}');

describe('P6: system rows', () => {
  it('say who did what', () => {
    expect(say({ event: 'member_added', userIds: ['li', 'jo'] })).toBe('{Ama} added {Li} and {Jonas}');
    expect(say({ event: 'member_added', userIds: ['me'] })).toBe('{Ama} added you');
    expect(say({ event: 'member_added', userIds: ['ama'] })).toBe('{Ama} joined by a link');
    expect(say({ event: 'member_removed', userIds: ['li'] }, 'me')).toBe('You removed {Li}');
    expect(say({ event: 'member_left' })).toBe('{Ama} left');
    expect(say({ event: 'role_changed', userIds: ['li'], from: 'member', to: 'admin' })).toBe(
      '{Ama} made {Li} an admin',
    );
    expect(say({ event: 'archived' })).toBe('{Ama} archived this conversation');
    expect(say({ event: 'archived', reason: 'idle' })).not.toContain('Ama');
    expect(say({ event: 'retention_changed', from: '', to: '30' })).toBe(
      '{Ama} decided that messages are kept here for 30 days',
    );
    expect(say({ event: 'retention_changed', from: '30', to: '' })).toContain('as long as elsewhere');
    expect(say({ event: 'renamed', from: 'a', to: 'b' })).toBe('{Ama} renamed the group to “{b}”');
  });

  it('shorten long lists', () => {
    expect(say({ event: 'member_added', userIds: ['a', 'b', 'c', 'd', 'e'] })).toBe(
      '{Ama} added {a}, {b}, {c} and 2 more',
    );
  });
});
