import { ParleyError } from '../../kernel/errors.js';

/** Claims whose signature has been verified. */
export interface Claims {
  sub?: unknown;
  exp?: unknown;
  nbf?: unknown;
  iat?: unknown;
  [name: string]: unknown;
}

/** Clocks may differ by this much on `nbf` and `iat`; `exp` is exact. */
export const LEEWAY_SECONDS = 60;

/**
 * Checks the times of verified claims, all in seconds since 1970, and returns when they end in milliseconds.
 * @throws `token_expired` from the very moment of `exp`, else `unauthenticated`.
 */
export function checkTimes({ exp, nbf, iat }: Claims, nowMs: number = Date.now()): number {
  if (!isTime(exp)) throw refused('"exp" is missing or is no time');
  if (nowMs >= exp * 1000) throw new ParleyError('token_expired');
  for (const [name, start] of Object.entries({ nbf, iat })) {
    if (start !== undefined && !(isTime(start) && start * 1000 <= nowMs + LEEWAY_SECONDS * 1000)) {
      throw refused(`"${name}" is no time, or is more than ${LEEWAY_SECONDS} s ahead of this node's clock`);
    }
  }
  return exp * 1000;
}

/** The reason is logged and never answered. */
export const refused = (reason: string): ParleyError =>
  new ParleyError('unauthenticated', {}, { cause: new Error(reason) });

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
