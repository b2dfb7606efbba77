import { describe, expect, it } from '@jest/globals';
import { hash, parseOptions } from '@node-rs/argon2';
import { readEnvironment } from '../../config/environment.js';
import { PasswordHasher } from './password-hasher.js';

const hasherFor = (env: Record<string, string> = {}) => new PasswordHasher(readEnvironment(env));

describe('passwords', () => {
  it('are kept as argon2id, each with a salt of its own', async () => {
    const hasher = hasherFor();
    const [one, two] = await Promise.all([hasher.hash('same'), hasher.hash('same')]);
    expect(one).toMatch(/^\$argon2id\$/);
    expect(one).not.toBe(two);
    expect(parseOptions(one ?? '')).toMatchObject({ memoryCost: 19_456, timeCost: 2 });
  });

  it('§2: match to the letter, however a keyboard composes that', async () => {
    const hasher = hasherFor();
    const stored = await hasher.hash(' pass wordé ﬁ½ ');
    for (const same of [' pass wordé ﬁ½ ', ' pass worde\u0301 fi1⁄2 ', '\u00a0pass\u3000wordé fi½ ']) {
      expect(await hasher.compare(same, stored)).toBe('right');
    }
    for (const other of ['pass wordé ﬁ½', ' Pass wordé ﬁ½ ', ' pass worde ﬁ½ ', '']) {
      expect(await hasher.compare(other, stored)).toBe('wrong');
    }
    expect(await hasher.compare('nobody has this password', null)).toBe('wrong');
  });

  it.each([
    ['pass worde\u0301', 'pass worde\u0301'],
    ['pass worde\u0301', 'pass wordé'],
    ['pass wordﬁ', 'pass wordﬁ'],
  ])('§2: hashed as %j before they were normalised are right as %j, and outdated', async (before, now) => {
    expect(await hasherFor().compare(now, await hash(before))).toBe('outdated');
  });

  it('keep no more waiting than is set, and serve all who wait', async () => {
    const hasher = hasherFor({ MAX_SIGN_INS_WAITING: '5' });
    const results = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => hasher.hash(`p${i}`)));
    const refused = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as { code: string }] : [],
    );
    expect(refused.map(({ code }) => code)).toEqual(Array.from({ length: 3 }, () => 'service_unavailable'));
    expect(await hasher.hash('afterwards')).toMatch(/^\$argon2id\$/);
  });
});
