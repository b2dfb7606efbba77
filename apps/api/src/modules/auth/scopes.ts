import type { JWTPayload } from 'jose';

/** The scopes of a host token, which providers write in one of two ways. */
export function scopesOf({ scope, scopes }: JWTPayload): string[] {
  const listed = scope ?? scopes;
  if (typeof listed === 'string') return listed.split(' ').filter(Boolean);
  return Array.isArray(listed) ? listed.filter((each) => typeof each === 'string') : [];
}
