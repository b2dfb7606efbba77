import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { HOST, startNode, type TestNode } from './node.js';
import { RawSocket } from './raw-socket.js';
import { TestSocket } from './test-socket.js';

const ISSUER = 'https://shop.example/auth';
const METRICS_TOKEN = 'known-to-what-collects-figures';

/** What a proxy in front says of the address that people use. */
const AT = (origin: string) => {
  const { protocol, host } = new URL(origin);
  return { 'x-forwarded-proto': protocol.slice(0, -1), 'x-forwarded-host': host };
};

describe('behind a proxy that is believed', () => {
  let node: TestNode;
  beforeAll(async () => {
    node = await startNode({
      TRUST_PROXY: 'loopback',
      HSTS_SECONDS: '600',
      REQUIRE_TLS: 'yes',
      FRAME_ANCESTORS: 'self, https://*.shop.example',
      IMAGE_ORIGINS: 'https://pictures.example',
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: 'parley',
      AUTH_SECRET: HOST.secret,
      METRICS_TOKEN,
    });
  });
  afterAll(() => node.close());

  it('browsers get Strict-Transport-Security only over TLS, for as long as is set', async () => {
    const over = async (proto: string) =>
      (await node.request.get('/').set('x-forwarded-proto', proto)).headers['strict-transport-security'];
    expect([await over('https'), await over('http')]).toEqual(['max-age=600', undefined]);
  });

  const PLAIN = {
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'chat.example:8080',
  };
  const REFUSED = { code: 'forbidden', retryable: false, details: [{ path: 'tls', message: 'required' }] };

  it.each([
    ['GET', '/', 'https://chat.example/'],
    ['GET', '/c/1?x=%2F%2Fevil.example', 'https://chat.example/c/1?x=%2F%2Fevil.example'],
    ['HEAD', '//evil.example/x', 'https://chat.example//evil.example/x'],
    ['GET', '/assets/none.js', 'https://chat.example/assets/none.js'],
  ])(
    'S0.27: with REQUIRE_TLS, %s %s by plain HTTP is sent to the same address by TLS',
    async (method, path, address) => {
      const answer = await fetch(node.url + path, { method, redirect: 'manual', headers: PLAIN });
      const told = ['location', 'cache-control', 'strict-transport-security'].map((name) => answer.headers.get(name));
      expect([answer.status, ...told]).toEqual([307, address, 'no-store', null]);
    },
  );

  it.each([
    ['POST', '/api/auth/login'],
    ['GET', '/api/users/me'],
    ['DELETE', '/api/messages/1'],
    ['OPTIONS', '/api/users/me'],
    ['POST', '/'],
    ['GET', '/health/ready'],
    ['GET', '/metrics'],
  ])('S0.27: and %s %s is refused, and logged', async (method, path) => {
    const answer = await fetch(node.url + path, { method, headers: PLAIN });
    const { error } = (await answer.json()) as { error: { requestId: string } };
    expect([answer.status, error]).toEqual([403, expect.objectContaining(REFUSED)]);
    const { requestId } = error;
    expect(node.logs).toContainEqual(expect.objectContaining({ requestId, code: 'forbidden', transport: 'rest' }));
  });

  it('S0.27: and so are sockets, on both transports, before they bring their token', async () => {
    const raw = new RawSocket(node.url, { headers: PLAIN });
    const { status, body } = await eventually('the upgrade is refused', () => raw.refused);
    expect([status, JSON.parse(body).error]).toEqual([403, expect.objectContaining(REFUSED)]);
    const polled = await fetch(`${node.url}/socket.io/?EIO=4&transport=polling`, { headers: PLAIN });
    expect([polled.status, ((await polled.json()) as { error: object }).error]).toEqual([
      403,
      expect.objectContaining(REFUSED),
    ]);
    const socket = await TestSocket.open(node.url, await node.hostToken('by-tls', { iss: ISSUER, aud: 'parley' }), {
      extraHeaders: { 'x-forwarded-proto': 'https' },
    });
    socket.close();
  });

  it('S0.27: who asks for its health from the same machine needs no TLS, and neither does the proxy itself', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect((await fetch(node.url + path)).status).toBe(200);
      const forged = await fetch(node.url + path, { headers: { 'x-forwarded-for': '127.0.0.1' } });
      expect(forged.status).toBe(403);
    }
    expect((await fetch(`${node.url}/api/users/me`)).status).toBe(403);
  });

  const figures = (headers: Record<string, string>) => fetch(`${node.url}/metrics`, { headers });

  it.each([
    ['of somebody outside', { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' }],
    ['with a forged address', { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' }],
    ['with an empty address', { 'x-forwarded-for': '', 'x-forwarded-proto': 'https' }],
    ['of which a proxy says no more than that it came by TLS', { 'x-forwarded-proto': 'https' }],
    ['with a wrong token', { authorization: 'Bearer known-to-what-collects', 'x-forwarded-proto': 'https' }],
    ['with an empty token', { authorization: 'Bearer ', 'x-forwarded-proto': 'https' }],
  ])('S4.47: /metrics is not there for a request that a proxy passed on, %s', async (_what, headers) => {
    const [answer, nothing] = await Promise.all([
      figures(headers),
      fetch(`${node.url}/health/nothing`, { headers: { 'x-forwarded-proto': 'https' } }),
    ]);
    const bodies = await Promise.all([answer.text(), nothing.text()]);
    const [one, other] = bodies.map((body) => body.replace(/"requestId":"[^"]+"/, ''));
    expect([answer.status, one]).toEqual([404, other]);
  });

  it('S4.47: /metrics is there with the token, from wherever it comes', async () => {
    const answer = await figures({
      authorization: `Bearer ${METRICS_TOKEN}`,
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
    });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('parley_sockets{')]);
  });

  it.each(['a b', 'evil.example/x?', 'user@evil.example', '<script>', ''])(
    'S0.27: nobody is sent to %j, which is no name',
    async (host) => {
      const headers = { ...PLAIN, 'x-forwarded-host': host };
      const answer = await fetch(`${node.url}/`, { redirect: 'manual', headers });
      expect(answer.headers.get('location') ?? 'none').not.toMatch(/evil|script|a b/);
    },
  );

  it('the cookie is Secure where people come by TLS, and good at the address that they use', async () => {
    const origin = 'https://chat.example:8443';
    const body = { username: 'proxied', password: 'correct horse battery' };
    const made = await node.request.post('/api/auth/register').set(AT(origin)).send(body).expect(201);
    const [cookie = ''] = made.headers['set-cookie'] as unknown as string[];
    expect(cookie).toContain('Secure');
    const refresh = (headers: object) =>
      node.request.post('/api/auth/refresh').set({ cookie: cookie.split(';')[0], origin, ...headers });
    const refused = await refresh(AT('https://chat.example')).expect(403);
    expect(refused.body.error.details).toEqual([{ path: 'origin', message: 'not allowed' }]);
    await refresh(AT(origin)).expect(200);
  });

  it('pictures and frames are allowed as they are set, and those of the issuer', async () => {
    const { headers } = await node.request.get('/').set(AT('https://chat.example:8443'));
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("connect-src 'self' ws://chat.example:8443 wss://chat.example:8443;");
    expect(policy).toContain("img-src 'self' data: blob: https://pictures.example https://shop.example;");
    expect(policy).toContain("frame-ancestors 'self' https://*.shop.example");
    expect(headers).not.toHaveProperty('x-frame-options');
  });
});

describe('a node that believes no proxy', () => {
  let node: TestNode;
  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(() => node.close());

  it('sends no Strict-Transport-Security, and no page may frame it', async () => {
    const { headers } = await node.request.get('/').set('x-forwarded-proto', 'https');
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers['x-frame-options']).toBe('DENY');
  });

  it('logs once that a proxy is not believed', async () => {
    for (const path of ['/', '/api/users/me']) await node.request.get(path).set('x-forwarded-for', '203.0.113.1');
    const told = node.logs.filter((line) => String(line.msg).startsWith('a proxy is not believed'));
    expect(told).toEqual([expect.objectContaining({ remedy: expect.stringContaining('TRUST_PROXY') })]);
  });
});
