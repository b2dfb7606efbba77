import { describe, expect, it } from '@jest/globals';
import { UploadLocks } from './upload-locks.js';

const NEVER = new AbortController().signal;
const nothing = () => undefined;
const passed = async () => {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
};
const isRefused = { code: 'conflict' };

describe('the lock of an upload', () => {
  it('is held by one request at a time, however many wait for the same one to end', async () => {
    const locks = new UploadLocks();
    const held: number[] = [];
    let most = 0;
    const requests = Array.from({ length: 8 }, async (_, i) => {
      const lock = locks.lockerOf(NEVER).newLock('a');
      await lock.lock(NEVER, nothing);
      held.push(i);
      most = Math.max(most, held.length);
      await passed();
      held.splice(held.indexOf(i), 1);
      await lock.unlock();
    });
    await Promise.all(requests);
    expect(most).toBe(1);
  });

  it('is asked for at the one who holds it, and is another one for each upload', async () => {
    const locks = new UploadLocks();
    const first = locks.lockerOf(NEVER).newLock('a');
    let isAsked = false;
    await first.lock(NEVER, () => {
      isAsked = true;
      void first.unlock();
    });
    await locks.lockerOf(NEVER).newLock('b').lock(NEVER, nothing);
    expect(isAsked).toBe(false);
    await locks.lockerOf(NEVER).newLock('a').lock(NEVER, nothing);
    expect(isAsked).toBe(true);
  });

  it('is not waited for by a request that is cut off, nor held by one later', async () => {
    const locks = new UploadLocks();
    const first = locks.lockerOf(NEVER).newLock('a');
    await first.lock(NEVER, nothing);
    const gone = new AbortController();
    const cut = locks.lockerOf(gone.signal).newLock('a').lock(NEVER, nothing);
    gone.abort();
    await expect(cut).rejects.toMatchObject(isRefused);
    await first.unlock();
    await expect(locks.lockerOf(gone.signal).newLock('a').lock(NEVER, nothing)).rejects.toMatchObject(isRefused);
    await locks.lockerOf(NEVER).newLock('a').lock(NEVER, nothing);
  });

  it('is waited for by ten requests at most', async () => {
    const locks = new UploadLocks();
    const first = locks.lockerOf(NEVER).newLock('a');
    await first.lock(NEVER, nothing);
    const lock = () => {
      const each = locks.lockerOf(NEVER).newLock('a');
      return Promise.resolve(each.lock(NEVER, () => void each.unlock())).then(() => each.unlock());
    };
    const waiting = Array.from({ length: 10 }, lock);
    await expect(lock()).rejects.toMatchObject(isRefused);
    await first.unlock();
    await Promise.all(waiting);
  });
});
