import { expect, it } from '@jest/globals';
import { DeploymentKeyRing } from './deployment-key-ring.js';
import { isSealed, openText, TextKey } from './text-key.js';

const secret = (byte: number) => Buffer.alloc(32, byte);
const key = new TextKey(secret(1));
const said = { content: 'words', metadata: { a: [1, 'é'] } };

it('opens what it has sealed, and seals the same text differently each time', () => {
  const one = key.sealAll(said, 'm1');
  expect(isSealed(one)).toBe(true);
  expect(JSON.stringify(one)).not.toMatch(/words|é/);
  expect(key.openAll(one, 'm1')).toEqual(said);
  expect(key.sealAll(said, 'm1').content).not.toBe(one.content);
});

it.each([
  ['another key', () => new TextKey(secret(2)).openAll(key.sealAll(said, 'm1'), 'm1')],
  ['another place', () => key.openAll(key.sealAll(said, 'm1'), 'm2')],
  ['a text in place of metadata', () => key.openAll({ ...said, metadata: key.seal('words', 'm1') }, 'm1')],
  [
    'a text that was cut off',
    () => key.openAll({ ...key.sealAll(said, 'm1'), content: key.seal('w', 'm1').slice(0, 40) }, 'm1'),
  ],
])('does not open for %s', (_what, open) => {
  expect(open).toThrow();
});

it('leaves what says nothing as it is, and reads what was never sealed', () => {
  expect(key.sealAll({ content: '', metadata: {} }, 'm1')).toEqual({ content: '', metadata: {} });
  expect(key.openAll({ ...said, more: 1 }, 'm1')).toEqual({ ...said, more: 1 });
  const alike = `${key.seal('', 'm1')}\u0001parley:1:AAAA`;
  expect(key.open(alike, 'm1')).toBe(alike);
});

it('shows nothing of a sealed text without the key, and all of another', () => {
  expect(openText(undefined, key.seal('words', 'm1'), 'm1')).toBe('');
  expect(openText(undefined, 'words', 'm1')).toBe('words');
});

it('makes a hash that nobody can make without the key, and makes it once', () => {
  const hash = key.hash(secret(9));
  expect(key.hash(secret(9))).toEqual(hash);
  expect(key.hash(hash)).toEqual(hash);
  expect(new TextKey(secret(2)).hash(secret(9))).not.toEqual(hash);
  expect(hash).toHaveLength(33);
});

it('the first key of the deployment wraps, each unwraps its own, and a key is good for its place only', () => {
  const [old, next] = [
    { id: 'old', secret: secret(3) },
    { id: 'next', secret: secret(4) },
  ];
  const before = new DeploymentKeyRing([old]).wrap(secret(5), 'c1');
  const ring = new DeploymentKeyRing([next, old]);
  expect(ring.unwrap(before, 'c1')).toEqual(secret(5));
  expect(ring.wrap(secret(5), 'c1').wrappedBy).toBe('next');
  expect(() => ring.unwrap(before, 'c2')).toThrow();
  expect(() => new DeploymentKeyRing([next]).unwrap(before, 'c1')).toThrow('does not list the key "old"');
});
