import { describe, expect, it } from '@jest/globals';
import { parseOptions } from '@node-rs/argon2';
import { PasswordHasher } from './password-hasher.js';

describe('passwords', () => {
  it('are kept as argon2id, each with a salt of its own', async () => {
    const hasher = new PasswordHasher();
    const [one, two] = await Promise.all([hasher.hash('same'), hasher.hash('same')]);
    expect(one).toMatch(/^\$argon2id\$/);
    expect(one).not.toBe(two);
    expect(parseOptions(one ?? '')).toMatchObject({ memoryCost: 19_456, timeCost: 2 });
  });

  it('match to the letter', async () => {
    const hasher = new PasswordHasher();
    const stored = await hasher.hash(' pass word\u00e9 ');
    expect(await hasher.matches(' pass word\u00e9 ', stored)).toBe(true);
    for (const other of ['pass word\u00e9', ' Pass word\u00e9 ', ' pass worde\u0301 ', '']) {
      expect(await hasher.matches(other, stored)).toBe(false);
    }
    expect(await hasher.matches('nobody has this password', null)).toBe(false);
  });

  it('keep no more than sixty waiting, and serve all who wait', async () => {
    const hasher = new PasswordHasher();
    const results = await Promise.allSettled(Array.from({ length: 70 }, (_, i) => hasher.hash(`p${i}`)));
    const refused = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as { code: string }] : [],
    );
    expect(refused.map(({ code }) => code)).toEqual(Array.from({ length: 8 }, () => 'service_unavailable'));
    expect(await hasher.hash('afterwards')).toMatch(/^\$argon2id\$/);
  });
});
