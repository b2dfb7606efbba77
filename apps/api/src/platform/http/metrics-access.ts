import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { bearerOf } from './bearer.js';
import { hostnameOf, isPassedOn, LOOPBACK, peerOf } from './forwarded.js';

/** By what somebody on this machine calls it. */
const OWN_NAMES = /^(localhost|127(\.\d+){3}|\[::1\])$/i;

/**
 * Whether this request may read the metrics: it brings the token, or comes from this machine itself. A proxy on this
 * machine has the address of the loopback too: whatever it says of who asks, and whether it is believed otherwise, nobody
 * counts as close by who comes through one, or by a name of the outside.
 */
export function mayReadMetrics(request: IncomingMessage, token: string | null): boolean {
  if (hasToken(request, token)) return true;
  const isHere = LOOPBACK.test(peerOf(request)) && OWN_NAMES.test(hostnameOf(request.headers.host ?? ''));
  return isHere && !isPassedOn(request);
}

export function hasToken(request: IncomingMessage, token: string | null): boolean {
  const given = bearerOf(request.headers.authorization);
  return token !== null && given !== null && isSame(given, token);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Takes as long whatever is given. */
const isSame = (given: string, token: string): boolean => timingSafeEqual(digest(given), digest(token));
