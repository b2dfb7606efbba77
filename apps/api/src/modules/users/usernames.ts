import { randomBytes } from 'node:crypto';
import { USERNAME_PATTERN } from '@parley/protocol';

const LONGEST = 32;
const SUFFIX = 6;

/** A username as it is stored and compared; null where the text is none. */
export function usernameFrom(text: unknown): string | null {
  const lower = typeof text === 'string' ? text.toLowerCase() : '';
  return USERNAME_PATTERN.test(lower) ? lower : null;
}

/** A username that recalls a name. Names in other scripts leave nothing to recall: `user`. */
export function usernameLike(name: string | null): string {
  const plain = (name ?? '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, LONGEST);
  return USERNAME_PATTERN.test(plain) ? plain : 'user';
}

/** The same username made unique, with all but certainty. */
export function withSuffix(username: string): string {
  const suffix = [...randomBytes(SUFFIX - 1)].map((byte) => (byte % 36).toString(36)).join('');
  return `${username.slice(0, LONGEST - SUFFIX)}-${suffix}`;
}
