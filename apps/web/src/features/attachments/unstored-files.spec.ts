import { expect, it } from '@jest/globals';
import type { OutboxAttachment, OutboxEntry } from '@parley/client';
import { holdUnstoredFiles } from './unstored-files.js';

const aFile: OutboxAttachment = { clientUploadId: '1', fileName: 'a', fileType: '', fileSize: 1 };

function isAsked(change: Partial<OutboxEntry>): boolean {
  let listener: (event: Event) => void = () => undefined;
  Object.assign(globalThis, {
    addEventListener: (_: string, given: typeof listener) => {
      listener = given;
    },
    removeEventListener: () => undefined,
  });
  const entry: OutboxEntry = {
    ...{ clientMessageId: '1', conversationId: 'c', content: '', createdAt: '', order: 1 },
    ...change,
  };
  const stop = holdUnstoredFiles({ unsent: () => [entry] });
  const event = new Event('beforeunload', { cancelable: true });
  listener(event);
  stop();
  return event.defaultPrevented;
}

it('before the page is left while a file waits that the browser could not store, the browser asks', () => {
  expect(isAsked({ attachments: [{ ...aFile, isVolatile: true }] })).toBe(true);
});

it('nothing is asked where the file is stored, or is on the server, or its message was refused', () => {
  const unstored = { ...aFile, isVolatile: true };
  const failure = { code: 'not_found' as const, message: '', retryable: false, requestId: '' };
  expect([
    isAsked({ attachments: [aFile] }),
    isAsked({ attachments: [{ ...unstored, file: { fileId: '1' } as OutboxAttachment['file'] }] }),
    isAsked({ attachments: [unstored], failure }),
    isAsked({}),
  ]).toEqual([false, false, false, false]);
});
