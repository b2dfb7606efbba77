import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { parseCookie } from 'cookie';
import { Keys } from '../keys.js';

/** Dependency injection token of what tells this installation from every other. */
export const INSTALLATION = Symbol('installation');

/** What the cookie was called by builds that did not tell installations apart. */
const FORMER = 'parley_refresh';

/**
 * The cookie with the refresh token. Browsers do not tell ports apart, so installations on one host see each other's
 * cookies: each has a name of its own.
 */
@Injectable()
export class RefreshCookieNames {
  readonly own: string;
  /** May be anybody's: it is ours only if its token is. */
  readonly former = FORMER;

  constructor(keys: Keys, @Inject(INSTALLATION) installation: string) {
    const mark = createHmac('sha256', keys.derive('name of the refresh cookie')).update(installation).digest('hex');
    this.own = `${FORMER}_${mark.slice(0, 12)}`;
  }

  /** The values of both, where the request carries them. */
  valuesOf(request: IncomingMessage): { own: string | undefined; former: string | undefined } {
    const cookies = parseCookie(request.headers.cookie ?? '');
    return { own: cookies[this.own], former: cookies[this.former] };
  }
}
