import { describe, expect, it } from '@jest/globals';
import { aMessage, anItem } from '../chat/chat.factory.js';
import { isWanted, noticeOf } from './notice.js';

const reader = { me: 'me', isBlocked: (id: string) => id === 'foe', nameOf: () => 'Ama Okafor', isPrivate: false };

describe('U6: a notification', () => {
  it('U7: is wanted of what others write, unless they are blocked, as far as the conversation is not muted', () => {
    const wanted = (notifications: 'all' | 'mentions' | 'none', fields: Parameters<typeof aMessage>[0] = {}) =>
      isWanted(aMessage({ senderId: 'ama', ...fields }), { notifications }, reader);
    expect([wanted('all'), wanted('mentions'), wanted('none')]).toEqual([true, false, false]);
    expect(wanted('mentions', { mentions: ['me'] })).toBe(true);
    expect(wanted('none', { mentions: ['me'] })).toBe(false);
    expect([wanted('all', { senderId: 'me' }), wanted('all', { senderId: 'foe' })]).toEqual([false, false]);
    expect([wanted('all', { type: 'system' }), wanted('all', { isDeleted: true })]).toEqual([false, false]);
  });

  it('says where, who and what, and nothing of it where that is to be private', () => {
    const message = aMessage({ content: '**Look** here' });
    const item = anItem({ name: 'Ops' });
    expect(noticeOf(message, item, reader)).toEqual({ title: 'Ops', body: 'Ama: Look here' });
    expect(noticeOf(message, item, { ...reader, isPrivate: true })).toEqual({ title: 'Parley', body: 'New message' });
    const photo = aMessage({ content: '', type: 'image' });
    expect(noticeOf(photo, item, reader).body).toBe('Ama: Attachment');
  });
});
