import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { RefreshCookieNames } from './refresh-cookie-names.js';

/** Which pages may speak to us with a browser's help; the same rule on every door. */
@Injectable()
export class OriginPolicy {
  private readonly allowed: ReadonlySet<string>;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly cookies: RefreshCookieNames,
  ) {
    this.allowed = new Set(config.allowedOrigins);
  }

  /**
   * True for our own origin and those of the allow-list. Without an `Origin` only a browser's cookie makes a request
   * suspicious: then `Sec-Fetch-Site` must say that it comes from our own page or from no page at all.
   */
  allows(request: IncomingMessage): boolean {
    const { origin, host, 'sec-fetch-site': site } = request.headers;
    if (origin !== undefined) return this.allowed.has(origin) || isSameOrigin(origin, host);
    if (!this.carriesCookie(request)) return true;
    return site === 'same-origin' || site === 'none';
  }

  /** Refuses requests that would change something by virtue of a cookie, from where they may not come. */
  readonly guardCookies = (request: Request, _response: Response, next: NextFunction): void => {
    const changes = !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    const refused = changes && this.carriesCookie(request) && !this.allows(request);
    next(refused ? new ParleyError('forbidden') : undefined);
  };

  /** Under its former name too, whosever that one is: to refuse is the safe side. */
  private carriesCookie(request: IncomingMessage): boolean {
    const { own, former } = this.cookies.valuesOf(request);
    return own !== undefined || former !== undefined;
  }
}

/** A browser writes origins in one way only; a proxy in front may have taken TLS off, so the scheme is the page's. */
function isSameOrigin(origin: string, host: string | undefined): boolean {
  if (!host || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.origin !== origin || !/^https?:$/.test(page.protocol)) return false;
  const own = `${page.protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === page.host;
}
