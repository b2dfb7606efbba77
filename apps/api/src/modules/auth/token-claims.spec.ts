import { describe, expect, it } from '@jest/globals';
import { checkTimes } from './token-claims.js';

const NOW = 1_800_000_000_000;
const codeOf = (claims: Record<string, unknown>, now = NOW): string => {
  try {
    checkTimes(claims, now);
    return 'good';
  } catch (fault) {
    return (fault as { code: string }).code;
  }
};

describe('the times of a token', () => {
  it('§2: it ends at exp to the millisecond', () => {
    const claims = { exp: NOW / 1000 };
    expect(codeOf(claims, NOW - 1)).toBe('good');
    expect(codeOf(claims, NOW)).toBe('token_expired');
    expect(checkTimes(claims, NOW - 1)).toBe(NOW);
  });

  it.each(['nbf', 'iat'])('§2: %s has a minute of leeway', (name) => {
    const exp = NOW / 1000 + 600;
    expect(codeOf({ exp, [name]: NOW / 1000 + 60 })).toBe('good');
    expect(codeOf({ exp, [name]: NOW / 1000 + 61 })).toBe('unauthenticated');
  });

  it.each([undefined, null, 'soon', Number.NaN, Number.POSITIVE_INFINITY])(
    '§2: exp must be a number, not %p',
    (exp) => {
      expect(codeOf({ exp })).toBe('unauthenticated');
    },
  );
});
