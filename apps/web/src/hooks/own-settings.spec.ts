import { describe, expect, it } from '@jest/globals';
import type { ConversationSettings } from '@parley/protocol';
import { countOf, isHidden, isUnread, merged, settingsOf } from './own-settings.js';

const NOW = Date.parse('2026-11-30T12:00:00.000Z');

function some(fields: Partial<ConversationSettings> = {}): ConversationSettings {
  return {
    conversationId: 'a',
    notifications: 'all',
    mutedUntil: null,
    pinnedAt: null,
    hiddenSeq: null,
    unreadSeq: null,
    version: 1,
    ...fields,
  };
}

describe('What somebody wants of a conversation', () => {
  it('U7: is the newer of what the list and what events said, and as usual where nothing was', () => {
    const known = merged(new Map(), [some({ version: 2, unreadSeq: 7 })]);
    expect(settingsOf({ id: 'a', settings: some() }, known, NOW).unreadSeq).toBe(7);
    expect(settingsOf({ id: 'a', settings: some({ version: 3 }) }, known, NOW).unreadSeq).toBeNull();
    expect(settingsOf({ id: 'b' }, known, NOW)).toMatchObject({ conversationId: 'b', notifications: 'all' });
    expect(merged(known, [some()])).toBe(known);
    expect(merged(known, [some({ version: 3 })]).get('a')?.version).toBe(3);
  });

  it('U7: is no mute any more once that is over', () => {
    const item = { id: 'a', settings: some({ notifications: 'none', mutedUntil: '2026-11-30T12:00:00.000Z' }) };
    expect(settingsOf(item, new Map(), NOW - 1).notifications).toBe('none');
    expect(settingsOf(item, new Map(), NOW)).toMatchObject({ notifications: 'all', mutedUntil: null });
  });

  it('U7: counts all, mentions or nothing', () => {
    const item = { id: 'a', unreadCount: 5, mentionCount: 2 };
    const counts = (['all', 'mentions', 'none'] as const).map((notifications) => countOf(item, { notifications }));
    expect(counts).toEqual([5, 2, 0]);
  });

  it('U4, U7: is unread where I have marked it so, or where something that is not muted counts', () => {
    const item = { id: 'a', unreadCount: 5, mentionCount: 0 };
    expect(isUnread(item, some())).toBe(true);
    expect(isUnread(item, some({ notifications: 'mentions' }))).toBe(false);
    expect(isUnread({ ...item, unreadCount: 0 }, some())).toBe(false);
    expect(isUnread({ ...item, unreadCount: 0 }, some({ notifications: 'none', unreadSeq: 3 }))).toBe(true);
  });

  it('is hidden until the next message', () => {
    expect([4, 5, 6].map((lastSeq) => isHidden({ lastSeq }, some({ hiddenSeq: 5 })))).toEqual([true, true, false]);
    expect(isHidden({ lastSeq: 0 }, some())).toBe(false);
  });
});
