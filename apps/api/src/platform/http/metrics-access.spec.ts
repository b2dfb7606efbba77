import type { IncomingMessage } from 'node:http';
import { expect, it } from '@jest/globals';
import { mayReadMetrics } from './metrics-access.js';

const TOKEN = 'known-to-what-collects-figures';
const asked = (remoteAddress: string | undefined, headers: Record<string, string> = { host: '127.0.0.1:3000' }) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;

it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '127.8.0.1'])(
  'S4.47: %s may read the metrics without a token',
  (peer) => {
    expect(mayReadMetrics(asked(peer), TOKEN)).toBe(true);
    expect(mayReadMetrics(asked(peer, { host: 'localhost' }), null)).toBe(true);
    expect(mayReadMetrics(asked(peer, { host: '[::1]:3000' }), null)).toBe(true);
  },
);

it.each(['203.0.113.7', '10.0.0.1', '::ffff:203.0.113.7', '::1:7', '2001:db8::1', undefined])(
  'S4.47: %s may not, without the token',
  (peer) => {
    const host = '127.0.0.1:3000';
    expect(mayReadMetrics(asked(peer), TOKEN)).toBe(false);
    expect(mayReadMetrics(asked(peer, { host, 'x-forwarded-for': '127.0.0.1' }), TOKEN)).toBe(false);
    expect(mayReadMetrics(asked(peer, { host, authorization: 'Bearer undefined' }), null)).toBe(false);
    expect(mayReadMetrics(asked(peer, { host, authorization: `Bearer ${TOKEN}x` }), TOKEN)).toBe(false);
    expect(mayReadMetrics(asked(peer, { host, authorization: `Bearer ${TOKEN}` }), TOKEN)).toBe(true);
  },
);

it.each([
  { host: '127.0.0.1', via: '1.1 somewhere' },
  { host: '127.0.0.1', 'x-real-ip': '203.0.113.7' },
  { host: '127.0.0.1', forwarded: 'for=127.0.0.1' },
  { host: 'chat.example' },
  { host: '127.0.0.1.evil.example' },
  {},
])('S4.47: what a proxy on this machine passes on, with %j, is not close by', (headers) => {
  expect(mayReadMetrics(asked('127.0.0.1', headers as Record<string, string>), TOKEN)).toBe(false);
});
