import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { EventReporter } from '../telemetry/event-reporter.js';
import { type Address, pageAddressOf, type Trust } from './forwarded.js';
import { ProxyNotices } from './proxy-notices.js';
import { RefreshCookieNames } from './refresh-cookie-names.js';

/** Which pages may send requests from a browser; the same rule on every transport. */
@Injectable()
export class OriginPolicy {
  /** Which proxies are believed; none until the pipeline is set up. */
  trusts: Trust = () => false;
  private readonly allowed: ReadonlySet<string>;
  private readonly notices: ProxyNotices;

  constructor(
    @Inject(CONFIG) config: Config,
    reporter: EventReporter,
    private readonly cookies: RefreshCookieNames,
  ) {
    this.allowed = new Set(config.allowedOrigins);
    this.notices = new ProxyNotices(reporter);
  }

  /** Of any request to a transport; reports to the operator what looks like a mistake of theirs. */
  refusalOf(request: IncomingMessage): ParleyError | null {
    this.notices.look(request, this.trusts);
    if (this.allows(request)) return null;
    this.notices.refused(request, this.trusts);
    const details = [{ path: 'origin', message: 'not allowed' }];
    return new ParleyError('forbidden', { message: 'This origin is not allowed here.', details });
  }

  /**
   * True for our own origin and those of the allow-list. Without an `Origin` only a browser's cookie makes a request
   * suspicious: then `Sec-Fetch-Site` must be that of our own page or of no page at all.
   */
  allows(request: IncomingMessage): boolean {
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (origin !== undefined) return this.allowed.has(origin) || isAt(origin, pageAddressOf(request, this.trusts));
    if (!this.carriesCookie(request)) return true;
    return site === 'same-origin' || site === 'none';
  }

  /** The origin at which the request's sender sees our pages. */
  pageOf(request: Request): string {
    const { hosts, isSecure } = pageAddressOf(request, this.trusts);
    return `${isSecure || request.secure ? 'https' : 'http'}://${hosts.at(0) ?? 'localhost'}`;
  }

  /** Refuses requests that would change something by virtue of a cookie, from where they may not come. */
  readonly guardCookies = (request: Request, _response: Response, next: NextFunction): void => {
    const changes = !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    const isByCookie = changes && this.carriesCookie(request);
    if (!isByCookie) this.notices.look(request, this.trusts);
    next((isByCookie && this.refusalOf(request)) || undefined);
  };

  /** Under its former name too, whosever that one is: to refuse is the safe side. */
  private carriesCookie(request: IncomingMessage): boolean {
    const { own, former } = this.cookies.valuesOf(request);
    return own !== undefined || former !== undefined;
  }
}

/**
 * A browser writes origins in one way only. A proxy in front may have taken TLS off, so the scheme is the page's, unless
 * it is known that people come by TLS.
 */
function isAt(origin: string, { hosts, isSecure }: Address): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.origin !== origin || !(isSecure ? /^https:$/ : /^https?:$/).test(page.protocol)) return false;
  return hosts.some((host) => {
    const own = `${page.protocol}//${host}`;
    return host !== '' && URL.canParse(own) && new URL(own).host === page.host;
  });
}
