import { afterEach, expect, it, jest } from '@jest/globals';
import { withLock } from './upload-lock.js';

afterEach(() => {
  jest.restoreAllMocks();
});

function giveLocks(request: (name: string, how: object, act: () => Promise<unknown>) => Promise<unknown>): void {
  jest.spyOn(Object.getPrototypeOf(navigator) as Navigator, 'locks', 'get').mockReturnValue({ request } as never);
}

it('an upload goes without its lock where the browser refuses locks, as to pages that may store nothing', async () => {
  giveLocks(() => Promise.reject(new DOMException('', 'SecurityError')));
  await expect(withLock('1', new AbortController().signal, async () => 'done')).resolves.toBe('done');
});

it('an upload that fails within its lock is not made once more', async () => {
  giveLocks((_, __, act) => act());
  const act = jest.fn(() => Promise.reject(new Error('failed')));
  await expect(withLock('1', new AbortController().signal, act)).rejects.toThrow('failed');
  expect(act).toHaveBeenCalledTimes(1);
});

it('an upload that is cancelled while it waits for its lock is not made', async () => {
  const cancel = new AbortController();
  giveLocks(() => Promise.reject(new DOMException('', 'AbortError')));
  cancel.abort();
  const act = jest.fn(async () => 'done');
  await expect(withLock('1', cancel.signal, act)).rejects.toThrow();
  expect(act).not.toHaveBeenCalled();
});
