import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { parseCookie } from 'cookie';
import { Keys } from '../keys.js';

/** Dependency injection token of what distinguishes this installation from every other. */
export const INSTALLATION = Symbol('installation');

/** Of the cookie that names a session to `/ws?profile=forum`. */
const FORUM = 'parley_forum';

/** The cookie's name in builds that did not distinguish installations. */
const FORMER = 'parley_refresh';

/**
 * The cookie with the refresh token, and that which names its session to the forum's profile. Browsers do not distinguish
 * ports, so installations on one host see each other's cookies: each has a name of its own.
 */
@Injectable()
export class RefreshCookieNames {
  readonly own: string;
  readonly forum: string;
  /** Another installation on this host may have set it: it is ours only if its token is. */
  readonly former = FORMER;

  constructor(keys: Keys, @Inject(INSTALLATION) installation: string) {
    const mark = createHmac('sha256', keys.derive('name of the refresh cookie')).update(installation).digest('hex');
    this.own = `${FORMER}_${mark.slice(0, 12)}`;
    this.forum = `${FORUM}_${mark.slice(0, 12)}`;
  }

  /** The values of both, where the request carries them. */
  valuesOf(request: IncomingMessage): { own: string | undefined; former: string | undefined } {
    const cookies = parseCookie(request.headers.cookie ?? '');
    return { own: cookies[this.own], former: cookies[this.former] };
  }
}
