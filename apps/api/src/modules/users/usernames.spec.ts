import { describe, expect, it } from '@jest/globals';
import { USERNAME_PATTERN } from '@parley/protocol';
import fc from 'fast-check';
import { usernameFrom, usernameLike, withSuffix } from './usernames.js';

describe('usernames', () => {
  it.each([
    ['Zoë Müller', 'zoe-muller'],
    ['[bob]^away', 'bob-away'],
    ['李小龍', 'user'],
    ['..', 'user'],
    ['x', 'user'],
    [null, 'user'],
    ['A'.repeat(40), 'a'.repeat(32)],
  ])('§2: one like %j is %s', (name, username) => {
    expect(usernameLike(name)).toBe(username);
  });

  it('§2: compares without case and refuses everything else', () => {
    expect(usernameFrom('Ann.B_1-x')).toBe('ann.b_1-x');
    for (const text of ['a', 'a b', 'ä1', 'a'.repeat(33), '', 7, undefined]) expect(usernameFrom(text)).toBeNull();
  });

  it('§2: any name leads to a valid one, with and without a suffix', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const username = usernameLike(name);
        expect(username).toMatch(USERNAME_PATTERN);
        expect(withSuffix(username)).toMatch(USERNAME_PATTERN);
        expect(withSuffix(username)).not.toBe(username);
      }),
    );
  });
});
