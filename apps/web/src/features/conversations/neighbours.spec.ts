import { describe, expect, it } from '@jest/globals';
import { neighbourOf, nextUnread } from './neighbours.js';

const items = [
  { id: 'a', unreadCount: 0 },
  { id: 'b', unreadCount: 2 },
  { id: 'c', unreadCount: 0 },
  { id: 'd', unreadCount: 1 },
];

describe('F4: the conversation that a key leads to', () => {
  it('is the one above or below, none beyond the ends, and the first where none is open', () => {
    expect(neighbourOf(items, 'b', 1)?.id).toBe('c');
    expect(neighbourOf(items, 'b', -1)?.id).toBe('a');
    expect(neighbourOf(items, 'd', 1)).toBeNull();
    expect(neighbourOf(items, 'a', -1)).toBeNull();
    expect(neighbourOf(items, null, -1)?.id).toBe('a');
  });

  it('is the next unread one in that direction, past the end too, and never the open one', () => {
    const isUnread = ({ unreadCount }: { unreadCount: number }) => unreadCount > 0;
    expect(nextUnread(items, 'a', 1, isUnread)?.id).toBe('b');
    expect(nextUnread(items, 'd', 1, isUnread)?.id).toBe('b');
    expect(nextUnread(items, 'a', -1, isUnread)?.id).toBe('d');
    expect(nextUnread(items, null, 1, isUnread)?.id).toBe('b');
    expect(nextUnread([{ id: 'a', unreadCount: 3 }], 'a', 1, isUnread)).toBeNull();
  });
});
