import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Tokens } from '../connection/tokens.js';
import { Http } from '../http/http.js';
import { sendResumably } from './resumable-upload.js';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

it('an upload whose server never answers its beginning ends after a minute', async () => {
  const ask = (_: unknown, { signal }: RequestInit) =>
    new Promise<Response>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  const http = new Http({
    url: 'https://chat.example',
    tokens: new Tokens(async () => 'token'),
    fetch: ask as typeof fetch,
  });
  const how = { signal: new AbortController().signal, onProgress: () => undefined, onBegun: () => undefined };
  const given = { clientUploadId: '1', fileName: 'a', content: new Blob(['abc']) };
  const end = sendResumably(http, given, how).catch((fault: unknown) => fault);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(await end).toMatchObject({ code: 'timeout', retryable: true });
});
