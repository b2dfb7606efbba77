import { expect, it } from '@jest/globals';
import { ConfigurationError, readEnvironment } from './environment.js';

const KEY = Buffer.alloc(32, 7).toString('base64');
const OTHER = Buffer.alloc(32, 8).toString('base64');

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readEnvironment(env);
    return [];
  } catch (fault) {
    return (fault as ConfigurationError).faults;
  }
}

it('without ENCRYPTION_KEYS there are none, and there is a search', () => {
  expect(readEnvironment({})).toMatchObject({ encryptionKeys: [], search: true });
  expect(readEnvironment({ ENCRYPTION_KEYS: ' ' })).toMatchObject({ encryptionKeys: [], search: true });
});

it('reads keys in their order, and turns the search off', () => {
  const { encryptionKeys, search } = readEnvironment({ ENCRYPTION_KEYS: `new:${KEY}, old:${OTHER}` });
  expect(encryptionKeys).toEqual([
    { id: 'new', secret: Buffer.alloc(32, 7) },
    { id: 'old', secret: Buffer.alloc(32, 8) },
  ]);
  expect(search).toBe(false);
});

it.each([
  ['no id', KEY, /number 1 is none/],
  ['an empty id', `:${KEY}`, /number 1 is none/],
  ['a short key', `a:${KEY},b:${Buffer.alloc(31).toString('base64')}`, /number 2 is none/],
  ['something that is no base64', `a:${'!'.repeat(43)}=`, /number 1 is none/],
  ['one id twice', `a:${KEY},a:${OTHER}`, /an id of its own/],
])('refuses %s with a sentence that shows no key', (_what, value, sentence) => {
  const faults = faultsOf({ ENCRYPTION_KEYS: value });
  expect(faults).toEqual([expect.stringMatching(sentence)]);
  expect(faults.join()).not.toContain(KEY);
});

it('refuses a search beside keys', () => {
  expect(faultsOf({ ENCRYPTION_KEYS: `a:${KEY}`, SEARCH: 'on' })).toEqual([expect.stringMatching(/^SEARCH=on cannot/)]);
  expect(faultsOf({ ENCRYPTION_KEYS: `a:${KEY}`, SEARCH: 'off' })).toEqual([]);
});
