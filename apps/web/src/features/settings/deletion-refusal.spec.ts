import { describe, expect, it } from '@jest/globals';
import { SdkError } from '@parley/client';
import { deletionRefusal } from './deletion-refusal.js';

const refused = (code: 'forbidden' | 'conflict' | 'rate_limited', details: { path: string; message: string }[] = []) =>
  deletionRefusal(
    new SdkError(code, 'No.', { retryable: false, details }),
    new Map([
      ['a', 'Kitchen'],
      ['b', 'Garden'],
    ]),
  );

describe('why an account was not deleted', () => {
  it('is said at the password where that is wrong', () => {
    const { fields, sentence } = refused('forbidden', [{ path: 'password', message: 'wrong' }]);
    expect([fields, sentence]).toEqual([{ password: 'This is not your password.' }, null]);
  });

  it('names the groups that would be without an owner, as far as they are known', () => {
    const groups = ['a', 'b', 'c'].map((id) => ({ path: `groups.${id}`, message: 'last_owner' }));
    expect(refused('conflict', groups).sentence).toMatch(/only owner of “Kitchen” and “Garden”\. Make/);
    expect(refused('conflict', groups.slice(2)).sentence).toMatch(/only owner of a group\./);
  });

  it('is a sentence of its own for accounts of elsewhere, for the last admin, and for anything else', () => {
    expect(refused('forbidden', [{ path: 'password', message: 'none' }]).sentence).toMatch(/^You sign in elsewhere/);
    expect(refused('conflict', [{ path: 'user', message: 'last_admin' }]).sentence).toMatch(
      /last admin of this server/,
    );
    expect(refused('rate_limited').sentence).toBe('That was too fast. Wait a moment and try again.');
  });
});
