import type { IncomingMessage } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Logger } from 'pino';
import { readEnvironment } from '../../config/environment.js';
import { Keys } from '../keys.js';
import { EventReporter } from '../telemetry/event-reporter.js';
import type { Trust } from './forwarded.js';
import { OriginPolicy } from './origin.policy.js';
import { RefreshCookieNames } from './refresh-cookie-names.js';

const names = new RefreshCookieNames(new Keys('the secret of this test'), 'an installation');
const other = new RefreshCookieNames(new Keys('the secret of this test'), 'another installation');
const lines: Record<string, unknown>[] = [];
const log = { warn: (line: Record<string, unknown>) => void lines.push(line) } as unknown as Logger;
const config = readEnvironment({ FRONTEND_URL: 'https://good.example' });
const aPolicy = (trusts: Trust) => Object.assign(new OriginPolicy(config, new EventReporter(log), names), { trusts });
const request = (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
  ({ headers: { host: 'chat.example', ...headers }, socket: { remoteAddress } }) as unknown as IncomingMessage;
const policy = aPolicy(() => false);
const allows = (headers: Record<string, string>) => policy.allows(request(headers));
const cookie = `a=b; ${names.own}=x`;

describe('origins', () => {
  it.each([
    [{ origin: 'https://good.example' }],
    [{ origin: 'https://chat.example' }],
    [{ origin: 'http://chat.example' }],
    [{ origin: 'https://chat.example', host: 'chat.example:443' }],
    [{ origin: 'http://localhost:3000', host: 'localhost:3000' }],
    [{}],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ cookie: 'other=x' }],
    [{ cookie: `${other.own}=x` }],
    [{ cookie, 'sec-fetch-site': 'same-origin' }],
    [{ cookie, 'sec-fetch-site': 'none' }],
  ])('attack 12, 13: accepts %j', (headers) => {
    expect(allows(headers as Record<string, string>)).toBe(true);
  });

  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: '' }],
    [{ origin: 'https://good.example.evil.com' }],
    [{ origin: 'https://good.example:444' }],
    [{ origin: 'HTTPS://GOOD.EXAMPLE' }],
    [{ origin: 'https://chat.example:8443' }],
    [{ origin: 'https://chat.example/' }],
    [{ origin: 'https://user@chat.example' }],
    [{ origin: 'ftp://chat.example' }],
    [{ origin: 'https://chat.example', host: '' }],
    [{ cookie }],
    [{ cookie: 'parley_refresh=x' }],
    [{ cookie, 'sec-fetch-site': 'cross-site' }],
    [{ cookie, 'sec-fetch-site': 'same-site' }],
    [{ cookie, 'sec-fetch-site': 'SAME-ORIGIN' }],
  ])('attack 12, 13: refuses %j', (headers) => {
    expect(allows(headers as Record<string, string>)).toBe(false);
  });
});

describe('an address from a proxy’s headers', () => {
  const behind = aPolicy((address) => address === '127.0.0.1');
  const origin = 'https://chat.example:8443';
  const inside = { host: '127.0.0.1:3000' };

  it.each([
    // nginx with `Host $host`, which has no port.
    [{ origin, 'x-forwarded-port': '8443', 'x-forwarded-proto': 'https' }],
    [{ origin, 'x-forwarded-host': 'chat.example:8443' }],
    // Apache without ProxyPreserveHost.
    [{ origin, ...inside, 'x-forwarded-host': 'chat.example:8443' }],
    [{ origin, ...inside, 'x-forwarded-host': 'chat.example', 'x-forwarded-port': '8443' }],
    [{ origin, ...inside, 'x-forwarded-host': 'chat.example:8443, inner.example' }],
    [{ origin, host: 'chat.example:8443', 'x-forwarded-host': 'chat.example' }],
    // A balancer that names its own port for a `Host` that is right as it is.
    [{ origin, host: 'chat.example:8443', 'x-forwarded-port': '80', 'x-forwarded-proto': 'http' }],
    [{ origin: 'https://chat.example', 'x-forwarded-port': '443', 'x-forwarded-proto': 'wss' }],
    [
      {
        origin: 'http://[2001:db8::1]:8080',
        ...inside,
        'x-forwarded-host': '[2001:db8::1]',
        'x-forwarded-port': '8080',
      },
    ],
    [{ origin: 'https://good.example', ...inside, 'x-forwarded-host': 'chat.example' }],
  ])('is the page’s own: accepts %j', (headers) => {
    expect(behind.allows(request(headers as Record<string, string>))).toBe(true);
  });

  it.each([
    [{ origin: 'https://evil.example', 'x-forwarded-host': 'chat.example' }],
    [{ origin: 'http://127.0.0.1:3000', ...inside, 'x-forwarded-host': 'chat.example' }],
    [{ origin: 'http://chat.example', 'x-forwarded-proto': 'https' }],
    [{ origin: 'https://chat.example:8444', 'x-forwarded-port': '8443' }],
    [{ origin: 'https://inner.example', ...inside, 'x-forwarded-host': 'chat.example, inner.example' }],
    [{ origin: 'https://good.example:8443', ...inside, 'x-forwarded-host': '' }],
  ])('is no other: refuses %j', (headers) => {
    expect(behind.allows(request(headers as Record<string, string>))).toBe(false);
  });

  it('counts only of proxies that are believed', () => {
    const headers = { origin, ...inside, 'x-forwarded-host': 'chat.example:8443' };
    expect(behind.allows(request(headers, '203.0.113.7'))).toBe(false);
    expect(policy.allows(request(headers))).toBe(false);
  });
});

describe('the log', () => {
  beforeEach(() => void lines.splice(0));

  it('reports a refused origin once, with what was seen and what to do', () => {
    const behind = aPolicy(() => true);
    for (let time = 0; time < 3; time += 1) behind.refusalOf(request({ origin: 'http://chat.example:8080' }));
    expect(lines).toEqual([
      expect.objectContaining({
        origin: 'http://chat.example:8080',
        host: 'chat.example',
        remedy: expect.stringContaining('$http_host'),
      }),
    ]);
    for (let n = 0; n < 100; n += 1)
      behind.refusalOf(request({ origin: `https://evil-${n}.example${'x'.repeat(999)}` }));
    expect(lines).toHaveLength(20);
    expect(JSON.stringify(lines)).not.toContain('x'.repeat(200));
  });

  it('reports a proxy that is not believed once, and why a page was refused for that', () => {
    const alone = aPolicy(() => false);
    const headers = { origin: 'https://chat.example', host: 'inner:3000', 'x-forwarded-host': 'chat.example' };
    for (let time = 0; time < 3; time += 1) alone.refusalOf(request(headers, '::ffff:10.0.0.2'));
    expect(lines).toEqual([
      { peer: '10.0.0.2', remedy: expect.stringContaining('TRUST_PROXY') },
      expect.objectContaining({ forwardedHost: 'chat.example', remedy: expect.stringContaining('TRUST_PROXY') }),
    ]);
    const believing = aPolicy(() => true);
    believing.refusalOf(request({ ...headers, 'x-forwarded-for': '203.0.113.1' }));
    expect(lines).toHaveLength(2);
  });
});
