import { expect, it } from '@jest/globals';
import type { Message } from '@parley/protocol';
import { noticeWords, pushNotice, toldOf } from './push-notice.js';
import type { Recipient } from './push-recipients.repository.js';

const to = { isPrivate: false, groupName: null, senderName: 'Tomas Reyes' } as Recipient;

/** What it says of a message with these files. */
function saidOf(content: string, files: object[], whom: Partial<Recipient> = {}): string {
  const message = { content, metadata: { files }, isDeleted: false, conversationId: 'c', seq: 3 };
  const told = toldOf(message as unknown as Message);
  return pushNotice(told, noticeWords(told), { ...to, ...whom }).body;
}

const file = (fileName: string, fileType: string) => ({ fileId: 'f', fileName, fileType, fileSize: 1 });
const photo = file('a.png', 'image/png');

it('says what a message without words carries, as the app does', () => {
  expect(saidOf(' \n', [photo])).toBe('Photo');
  expect(saidOf('', [photo, photo], { groupName: 'Harbour' })).toBe('Tomas: 2 photos');
  expect(saidOf('look', [photo])).toBe('look');
  expect(saidOf('', [])).toBe('Attachment');
  expect(saidOf('', [photo], { isPrivate: true })).toBe('New message');
});

it('has room for whatever a file is called', () => {
  expect(saidOf('', [file('ö'.repeat(5_000), 'text/plain')])).toBe('ö'.repeat(140));
});
