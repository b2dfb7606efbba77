import type { IncomingMessage } from 'node:http';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { forwarded, isForwardedUnbelieved, peerOf, type Trust } from './forwarded.js';

/** Origins reported in an hour, each once, because a client may send any number of them. */
const MOST_ORIGINS = 20;
const HOUR_MS = 3_600_000;
const MOST_CHARACTERS = 200;

const BELIEVE =
  'The X-Forwarded headers of this request are not believed: set TRUST_PROXY to the address that the proxy has here.';
const PASS_ON =
  'If people use this address, let the proxy pass on Host with its port (nginx: proxy_set_header Host $http_host; ' +
  'Apache: ProxyPreserveHost On), or send X-Forwarded-Host, -Proto and -Port and be named in TRUST_PROXY. If it is that ' +
  'of another page which may connect, add it to FRONTEND_URL.';

/** Reports to the operator, with the remedy, what looks like a proxy that is not set up as it should be. */
export class ProxyNotices {
  private areHeadersReported = false;
  private reported = new Set<string>();
  private since = 0;

  constructor(
    private readonly reporter: EventReporter,
    private readonly now: () => number = Date.now,
  ) {}

  /** Of any request. */
  look(request: IncomingMessage, trusts: Trust): void {
    if (this.areHeadersReported || !isForwardedUnbelieved(request, trusts)) return;
    this.areHeadersReported = true;
    this.reporter.proxyUnbelieved({ peer: peerOf(request), remedy: BELIEVE });
  }

  /** Of a request whose origin was refused. */
  refused(request: IncomingMessage, trusts: Trust): void {
    const { origin, host } = request.headers;
    if (origin === undefined || !this.isNew(`${origin} ${host}`)) return;
    const remedy = isForwardedUnbelieved(request, trusts) ? BELIEVE : PASS_ON;
    const seen = { origin, host, forwardedHost: forwarded(request, 'x-forwarded-host'), peer: peerOf(request) };
    this.reporter.pageRefused({ ...shortened(seen), remedy });
  }

  private isNew(what: string): boolean {
    if (this.now() - this.since > HOUR_MS) {
      this.reported = new Set();
      this.since = this.now();
    }
    if (this.reported.has(what) || this.reported.size >= MOST_ORIGINS) return false;
    this.reported.add(what);
    return true;
  }
}

const shortened = (seen: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(seen).map(([name, value]) => [name, value?.slice(0, MOST_CHARACTERS)]));
