import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startNode, type TestNode } from './node.js';

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
      FRAME_ANCESTORS: 'self, https://*.shop.example',
      IMAGE_ORIGINS: 'https://pictures.example',
      AUTH_ISSUER: 'https://shop.example/auth',
      AUTH_AUDIENCE: 'parley',
      AUTH_SECRET: 'x'.repeat(32),
    });
  });
  afterAll(() => node.close());

  it('browsers get Strict-Transport-Security only over TLS, for as long as is set', async () => {
    const over = async (proto: string) =>
      (await node.request.get('/').set('x-forwarded-proto', proto)).headers['strict-transport-security'];
    expect([await over('https'), await over('http')]).toEqual(['max-age=600', undefined]);
  });

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
    const { headers } = await node.request.get('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("img-src 'self' data: https://pictures.example https://shop.example;");
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
