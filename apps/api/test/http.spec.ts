import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ErrorBody, LIMITS } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { type LogLine, startNode, type TestNode, type TestUser } from './node.js';

const UUID = /^[0-9a-f-]{36}$/;
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

let node: TestNode;
let ann: TestUser;

beforeAll(async () => {
  node = await startNode({ FRONTEND_URL: 'https://good.example' });
  ann = await node.register('ann');
});
afterAll(() => node.close());

const errorOf = (code: string, retryable = false) => ({
  error: { code, message: expect.any(String), retryable, requestId: expect.stringMatching(UUID) },
});

/** The line that has these values; it may be written shortly after the answer has come. */
function logged(values: Record<string, unknown>): Promise<LogLine> {
  return eventually(`${JSON.stringify(values)} is logged`, () =>
    node.logs.find((each) => Object.entries(values).every(([key, value]) => each[key] === value)),
  );
}

describe('errors', () => {
  it('§3: an unknown route and an unknown user are the same 404, byte for byte apart from requestId', async () => {
    const answers = await Promise.all(
      ['/api/nothing', '/api/users/018f0000-0000-7000-8000-000000000000', '/health/nothing'].map((path) =>
        node.request.get(path).set('authorization', ann.bearer).expect(404),
      ),
    );
    const bodies = answers.map((answer) => answer.text.replace(answer.body.error.requestId, 'X'));
    expect(new Set(bodies).size).toBe(1);
    expect(answers[0]?.body).toEqual(errorOf('not_found'));
  });

  it('§3: requestId is in the header too, and its own for each request', async () => {
    const [one, two] = await Promise.all([node.request.get('/api/users/me'), node.request.get('/api/users/me')]);
    expect(one?.headers['x-request-id']).toBe(one?.body.error.requestId);
    expect(one?.body.error.requestId).not.toBe(two?.body.error.requestId);
  });

  it.each([
    ['malformed JSON', 'application/json', '{"username":', 400, 'validation_failed'],
    ['JSON that is no object', 'application/json', '"text"', 400, 'validation_failed'],
    ['an array', 'application/json', '[]', 400, 'validation_failed'],
    [
      'bytes that are no UTF-8',
      'application/json',
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      400,
      'validation_failed',
    ],
    ['no content type', '', '{}', 415, 'unsupported_media_type'],
    ['another character set', 'application/json; charset=utf-16', '{}', 415, 'unsupported_media_type'],
    ['a body over its limit', 'application/json', `{"a":"${'x'.repeat(LIMITS.bodyBytes)}"}`, 413, 'too_large'],
  ])('§3: refuses %s', async (_what, type, body, status, code) => {
    const answer = await post('/api/auth/login', body, { 'content-type': type });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(errorOf(code));
  });

  it('S4.13 §3: unknown keys are refused, each with its path', async () => {
    const body = '{"username":"ann","password":"x","isAdmin":true,"__proto__":{"x":1},"constructor":1}';
    const answer = await post('/api/auth/login', body, { 'content-type': 'application/json' });
    expect(answer.body.error).toMatchObject({ code: 'validation_failed' });
    expect(answer.body.error.details?.map(({ path }) => path)).toEqual(['isAdmin', '__proto__', 'constructor']);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it.each(['/api/%FF', '/api/users/%zz', '/%FF'])(
    'answers a malformed address, %s, in the same shape',
    async (path) => {
      const answer = await post(path, '', {}, 'GET');
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject(errorOf('validation_failed'));
    },
  );

  it('attack 64: a parameter given twice is refused, as is one that is not known', async () => {
    const get = (query: string) => node.request.get(`/api/users?${query}`).set('authorization', ann.bearer).expect(400);
    expect((await get('query=an&query=bo')).body.error.details).toEqual([
      { path: 'query', message: 'must be given once' },
    ]);
    expect((await get('query=an&sort=x')).body.error.details).toEqual([
      { path: 'sort', message: 'is not a known key' },
    ]);
    expect((await get('query[__proto__][x]=1')).body.error.code).toBe('validation_failed');
  });

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'attack 70: %s changes nothing',
    async (header) => {
      const { body } = await node.request.get('/api/auth/sessions').set('authorization', ann.bearer).expect(200);
      const [{ id }] = body.items;
      const headers = { authorization: ann.bearer, [header]: 'DELETE', 'content-type': 'application/json' };
      expect((await post(`/api/auth/sessions/${id}?_method=DELETE`, '{}', headers)).status).toBe(404);
      await node.request.get('/api/users/me').set('authorization', ann.bearer).expect(200);
    },
  );

  const HEAD = 'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  it.each([
    [
      'two ways to tell where it ends',
      `${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /inside`,
      400,
    ],
    ['two lengths', `${HEAD}Content-Length: 4\r\nContent-Length: 40\r\n\r\n{}`, 400],
    ['an encoding that hides chunks', `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400],
    ['a line break in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\n\rX-B\r\n\r\n', 400],
    ['a head of 20,000 bytes', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 413],
    ['something else', '\u0016\u0003\u0001\u0002\u0000', 400],
  ])(
    'attack 70: a request with %s is refused in the same shape, logged, and its connection ends',
    async (_what, text, status) => {
      const answer = await raw(text);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).not.toContain('/inside');
      expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
      const { error } = JSON.parse(answer.slice(answer.indexOf('{'))) as ErrorBody;
      expect({ error }).toMatchObject(errorOf(status === 413 ? 'too_large' : 'validation_failed'));
      const line = await logged({ requestId: error.requestId, msg: 'refused' });
      expect(line).toMatchObject({ transport: 'rest', userId: null });
    },
  );

  it('attack 70: a request without a host is refused', async () => {
    expect(await raw('GET /api/users/me HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each([
    '/metrics',
    '/metrics/',
    '/api/../metrics',
    '//metrics',
    '/main.js.map',
    '/assets/',
    '/assets/index.js.map',
    '/api/docs/../../package.json',
  ])('attack 70: %s is no file, no list of files and no figures', async (path) => {
    const answer = await post(path, '', { accept: 'text/html', 'x-forwarded-for': '127.0.0.1' }, 'GET');
    expect(JSON.stringify(answer.body)).not.toMatch(/# TYPE|"version":3|"dependencies"|Index of|href="\.\.\/"/);
    expect([200, 404]).toContain(answer.status);
    if (answer.status === 200) expect(answer.body as unknown as string).toMatch(/^<!doctype html>/i);
  });

  it('attack 69: a defect is answered without details, and logged with its requestId and without what people wrote', async () => {
    await node.rows(sql`ALTER TABLE users RENAME TO users_elsewhere`);
    const body = { username: 'marked-name', password: 'marked password' };
    const answer = await node.request.post('/api/auth/login').send(body);
    await node.rows(sql`ALTER TABLE users_elsewhere RENAME TO users`);
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual(errorOf('internal', true));
    const line = await logged({ requestId: answer.body.error.requestId, level: 'error' });
    expect(line).toMatchObject({ code: 'internal', transport: 'rest', err: { stack: expect.stringContaining('at ') } });
    expect(JSON.stringify(line)).toContain('does not exist');
    expect(JSON.stringify(line)).not.toContain('marked');
  });
});

describe('the log', () => {
  it('logs each request without its query, and each refusal with code, user, transport and requestId', async () => {
    const answer = await node.request
      .get('/api/users?query=a&sort=hidden-word')
      .set('authorization', ann.bearer)
      .expect(400);
    const { requestId } = answer.body.error;
    const of = { requestId, userId: ann.id };
    expect(await logged({ ...of, msg: 'refused' })).toMatchObject({ code: 'validation_failed', transport: 'rest' });
    const line = { method: 'GET', path: '/api/users', status: 400, ms: expect.any(Number) };
    expect(await logged({ ...of, msg: 'request' })).toMatchObject(line);
  });

  it('logs no more than 500 characters of a path', async () => {
    const answer = await node.request.get(`/api/${'x'.repeat(4_000)}`).expect(404);
    const line = await logged({ requestId: answer.body.error.requestId, msg: 'request' });
    expect(line.path).toBe(`/api/${'x'.repeat(495)}`);
  });

  it('attack 68: never contains a token, a cookie, a password or a query', async () => {
    await node.request
      .get('/api/users/me?token=visible-token')
      .set('authorization', ann.bearer)
      .set('cookie', ann.cookie);
    const text = JSON.stringify(node.logs);
    for (const secret of [ann.token, ann.cookie, 'correct horse', 'visible-token', 'hidden-word'])
      expect(text).not.toContain(secret);
  });
});

describe('browsers', () => {
  it.each(['evil.example script-src *', "x;script-src 'unsafe-inline'", 'x, y', '', 'ü'])(
    'attack 42: a request to the host %j adds nothing to it',
    async (host) => {
      const answer = await raw(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/content-security-policy: .*connect-src 'self' ?;/i);
      expect(answer).not.toMatch(/unsafe|script-src/);
    },
  );

  it('S2.24 answers pages of allowed origins, credentials included, and no others', async () => {
    const from = (origin: string) => node.request.get('/health/live').set('origin', origin);
    expect((await from('https://good.example')).headers).toMatchObject({
      'access-control-allow-origin': 'https://good.example',
      'access-control-allow-credentials': 'true',
    });
    expect((await from('https://evil.example')).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each([
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'https://good.example.evil.com' }, 403],
    [{ origin: 'https://good.example:444' }, 403],
    [{ origin: 'HTTPS://GOOD.EXAMPLE' }, 403],
    [{}, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [SAME_ORIGIN, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ origin: 'https://good.example' }, 200],
  ])('attack 13, 14: a POST with the cookie and %j is answered with %i', async (headers, status) => {
    const { cookie } = await node.register(`u${Math.random().toString(36).slice(2, 10)}`);
    const answer = await node.request.post('/api/auth/refresh').set({ cookie, ...headers });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body).toMatchObject(errorOf('forbidden'));
  });

  it('attack 14: refuses a cross-site POST with the cookie before it looks at the body', async () => {
    const headers = { cookie: ann.cookie, origin: 'https://evil.example', 'content-type': 'text/plain' };
    expect((await post('/api/auth/logout', '{}', headers)).status).toBe(403);
  });

  it('our own origin is the one that the request was addressed to', async () => {
    const { cookie } = await node.register('same');
    await node.request.post('/api/auth/refresh').set({ cookie, origin: node.url }).expect(200);
  });

  it('answers of the API are not kept', async () => {
    expect((await node.request.get('/api/users/me')).headers['cache-control']).toBe('no-store');
  });
});

describe('the web app', () => {
  it('is one page for every address that is not the server’s', async () => {
    for (const path of ['/', '/c/018f0000-0000-7000-8000-000000000000', '/sign-in']) {
      const answer = await node.request.get(path).set('accept', 'text/html').expect(200);
      expect(answer.headers['content-type']).toMatch(/^text\/html/);
    }
  });

  it.each([
    '/assets/none.js',
    '/api',
    '/../package.json',
    '/.env',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/assets%2f..%2f..%2fpackage.json',
  ])('attack 70: has no file at %s', async (path) => {
    const answer = await post(path, '', { accept: '*/*' }, 'GET');
    expect(answer).toMatchObject({ status: 404, body: errorOf('not_found') });
  });

  it('takes nothing', async () => {
    expect((await post('/', '{}', { 'content-type': 'application/json' })).status).toBe(404);
  });
});

describe('health', () => {
  it('is alive and ready, without a token', async () => {
    await node.request.get('/health/live').expect(200);
    await node.request.get('/health/ready').expect(200);
  });
});

interface RawAnswer {
  status: number;
  /** An error's, or text. */
  body: ErrorBody;
}

/** What is answered to these bytes, until the connection ends. */
async function raw(text: string): Promise<string> {
  const socket = connect(node.node.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (part: Buffer) => {
    answer += part.toString();
  });
  socket.on('error', () => undefined);
  socket.write(text, 'latin1');
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

/** A request exactly as given: supertest would tidy it up. */
function post(
  path: string,
  body: string | Buffer,
  headers: Record<string, string>,
  method = 'POST',
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const filled = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
  const length = body.length > 0 ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  const options = { host: '127.0.0.1', port: node.node.port, path, method, headers: { ...filled, ...length } };
  const sent = httpRequest(options, (answer) => {
    const parts: Buffer[] = [];
    answer.on('data', (part: Buffer) => parts.push(part));
    answer.on('end', () => {
      const text = Buffer.concat(parts).toString();
      resolve({ status: answer.statusCode ?? 0, body: (text.startsWith('{') ? JSON.parse(text) : text) as ErrorBody });
    });
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}
