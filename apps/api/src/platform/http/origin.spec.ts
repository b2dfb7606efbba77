import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../config/environment.js';
import { Keys } from '../keys.js';
import { OriginPolicy } from './origin.js';
import { RefreshCookieNames } from './refresh-cookie-names.js';

const names = new RefreshCookieNames(new Keys('the secret of this test'), 'an installation');
const other = new RefreshCookieNames(new Keys('the secret of this test'), 'another installation');
const policy = new OriginPolicy(readEnvironment({ FRONTEND_URL: 'https://good.example' }), names);
const allows = (headers: Record<string, string>) =>
  policy.allows({ headers: { host: 'chat.example', ...headers } } as IncomingMessage);
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
