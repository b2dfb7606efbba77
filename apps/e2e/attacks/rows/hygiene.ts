import { eventually, secretsIn } from '@parley/testkit';
import type { Answer } from '../answer.contract.js';
import type { Row } from '../row.contract.js';
import type { Target } from '../target.js';
import { Wire } from '../wire.js';
import { SENDING } from './authorization.js';

export const SQL = [
  "'; DROP TABLE users; --",
  "' OR '1'='1",
  "') UNION SELECT password_hash FROM users --",
  '1; SELECT pg_sleep(5)',
  "\\'; DELETE FROM messages; --",
  '$$; DROP TABLE messages; $$',
  '%27%20OR%201=1',
  "admin'/*",
];

/** Where nothing but an id, a cursor or a fixed word may stand. */
export const withSql = (q: string, group: string): string[] => [
  `GET /conversations?cursor=${q}`,
  `GET /conversations/${group}/messages?before=${q}`,
  `GET /conversations/${group}/messages?type=${q}`,
  `GET /users?ids=${q}`,
  `GET /conversations?sort=${q}`,
  `GET /messages/${q}`,
];

/** Bytes as they are, and all that comes back within a moment. */
async function raw(target: Target, bytes: string): Promise<string> {
  const wire = await Wire.open(target.url());
  wire.write(bytes);
  await wire.ended(5_000).catch(() => undefined);
  wire.close();
  return wire.head;
}

const OUTSIDE = [
  '/../package.json',
  '/%2e%2e/package.json',
  '/..%2fpackage.json',
  '/assets%2f..%2f..%2fpackage.json',
  '/.env',
  '/.git/config',
  '/assets',
  '/assets/',
  '/assets/.',
  '/server-status',
];

/** How a body could end in two places: headers of a request whose rest would be a second one. */
const AMBIGUOUS = [
  'Content-Length: 5\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nContent-Length: 5',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: cow',
  'Transfer-Encoding : chunked',
  'Content-Length: 0\r\n Content-Length: 5',
];

/** What proxies and servers could read as different requests, and what is none. */
const broken = (host: string): string[] => [
  ...AMBIGUOUS.map(
    (headers) =>
      `POST /api/sync HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n\r\n0\r\n\r\nGET /health/ready HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  ),
  `GET / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
  'GET / HTTP/9.9\r\n\r\n',
  '\u0000\u0001\r\n\r\n',
  `GET / HTTP/1.1\r\nHost: ${host}\r\nX: a\rb\r\n\r\n`,
];

/** Of what came through a proxy, or by a name of the outside; none of them has the token. */
const NOT_CLOSE_BY: Readonly<Record<string, string>>[] = [
  { 'x-forwarded-for': '203.0.113.9' },
  { 'x-forwarded-for': '127.0.0.1' },
  { 'x-forwarded-for': '' },
  { 'x-real-ip': '127.0.0.1' },
  { forwarded: 'for=127.0.0.1' },
  { via: '1.1 localhost' },
  { host: 'chat.example' },
];

/** What is sent, and may not come back. */
const ECHO = 'echo-me';

function mustBeGeneric(target: Target, { what, text, error }: Answer): void {
  target.must(error !== null && error.requestId.length > 0, `${what} has no request id: ${text.slice(0, 200)}`);
  target.must(!text.includes(ECHO), `${what} echoes: ${text.slice(0, 200)}`);
}

/** Of no script or style that the page names. */
async function noSourceMaps(target: Target, page: string): Promise<void> {
  const assets = [...page.matchAll(/\/assets\/[\w.-]+\.(?:js|css)/g)].map(([path]) => path);
  target.must(assets.length > 1 || !target.own, `The page names ${assets.length} files`);
  for (const path of assets) {
    const { status } = await target.ask({ path: `${path}.map` });
    target.must(status === 404, `${path}.map: ${status}`);
    const { text } = await target.ask({ path });
    target.must(!text.includes('sourceMappingURL'), `${path} names a source map`);
  }
}

async function unusualMethods(target: Target): Promise<void> {
  for (const method of ['TRACE', 'PROPFIND', 'PURGE', 'SEARCH']) {
    const { status } = await target.ask({ method, path: '/api/users/me' });
    target.must([400, 404, 405].includes(status), `${method}: ${status}`);
  }
  for (const header of ['x-http-method-override', 'x-method-override', 'x-http-method']) {
    const headers = { [header]: 'PATCH' };
    target.refused(await target.api(target.fixture.alice, 'POST /users/me', {}, { headers }), 'not_found');
  }
}

export const hygiene: Row[] = [
  {
    id: 'A62',
    title: 'SQL in texts, questions, filters and ids: taken for what it is, or refused',
    changes: SENDING,
    async run(target) {
      const { alice, group } = target.fixture;
      for (const sql of SQL) {
        const q = encodeURIComponent(sql);
        const sent = await target.api(alice, `POST /conversations/${group}/messages`, { content: sql });
        target.must((JSON.parse(sent.text) as { content: string }).content === sql, `${sql} is stored differently`);
        const began = performance.now();
        const found = await target.api(alice, `GET /search?q=${q}`);
        target.must(found.status === 200 || found.status === 400, `${found.what}: ${found.status}`);
        target.must(performance.now() - began < 4_000, `${sql} was slow`);
        const people = await target.api(alice, `GET /users?query=${q}`);
        target.must(
          people.status === 200 && people.text.includes('"items":[]'),
          `${sql} finds ${people.text.slice(0, 100)}`,
        );
        await target.allRefused(alice, withSql(q, group), 'validation_failed', 'not_found');
        target.refused(
          await target.api(null, 'POST /auth/login', { username: sql, password: sql }),
          'unauthenticated',
          'validation_failed',
          'rate_limited',
        );
      }
    },
  },
  {
    id: 'A67',
    title: 'line breaks, escapes and quotes in what is logged: each event stays one line of JSON',
    async run(target) {
      const { mallory } = target.fixture;
      const evil = 'x\u001b[31m","level":"fatal","msg":"forged';
      const headers = { 'user-agent': evil.replaceAll('\u001b', ''), origin: 'https://evil.example","code":"x' };
      await target.ask({ path: '/socket.io/?EIO=4&transport=polling', headers });
      await target.ask({ path: '/api/users/%0a%0d{"level":"fatal"}', headers });
      await target.ask({ path: `/api/${encodeURIComponent(evil)}` });
      const socket = await target.connect(mallory);
      for (const name of [evil, 'a\nb', '{"level":"fatal"}', 'x'.repeat(10_000)])
        target.refused(await socket.ask(name, {}), 'not_found');
      for (const { node } of target.own?.nodes ?? []) {
        const lines = node
          .log()
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('Parley is ready'));
        for (const line of lines) target.must(isEvent(line), `A line of the log is none: ${line.slice(0, 200)}`);
        target.must(!lines.some((line) => line.includes('\u001b')), 'An escape is in the log');
      }
    },
  },
  {
    id: 'A68',
    title: 'secrets in all logs since the nodes were started, at every level: none',
    needs: 'own node',
    async run(target) {
      const { secret, alice, bob, mallory, ex, admin } = target.fixture;
      const people = [alice, bob, mallory, ex, admin];
      const known = people.flatMap(({ token, password, cookie }) => [token, password, cookie]);
      const log = target.own?.runs.map((run) => run.log).join('\n') ?? '';
      const found = secretsIn(log, [secret, 'a probe', 'as alice', 'an event', ...known]);
      target.must(found.length === 0, `${found.length} lines, such as ${found[0]?.slice(0, 200)}`);
      target.figure('lines', String(log.split('\n').length));
    },
  },
  {
    id: 'A69',
    title:
      'unknown routes and commands, broken and wrong payloads, by REST and both transports of Socket.IO: a request id, no echo',
    async run(target) {
      const { alice, group } = target.fixture;
      const messages = `POST /conversations/${group}/messages`;
      const answers = [
        await target.api(alice, `GET /${ECHO}`),
        await target.api(alice, messages, `{"content":"${ECHO}`),
        await target.api(alice, messages, { content: { nested: ECHO } }),
        await target.api(alice, messages, `{"content":"${ECHO.repeat(20_000)}"}`),
        await target.api(alice, `GET /users?query=al&limit=${ECHO}`),
      ];
      for (const transport of ['websocket', 'polling']) {
        const socket = await target.connect(alice, { transports: [transport] });
        answers.push(await socket.ask(ECHO, {}));
        answers.push(await socket.ask('message:send', { conversationId: ECHO, content: ECHO }));
        answers.push(await socket.ask('message:send', ECHO));
      }
      for (const answer of answers) mustBeGeneric(target, answer);
      const path = '/socket.io/?EIO=4&transport=polling';
      const unread = await target.ask({ method: 'POST', path, body: ECHO });
      target.must(unread.status === 400 && !unread.text.includes(ECHO), `${unread.what}: ${unread.text}`);
    },
  },
  {
    id: 'A69',
    title:
      'the database away, by REST and both transports of Socket.IO: service_unavailable, a request id, nothing of why',
    needs: 'own node',
    isSlow: true,
    isDatabaseAway: true,
    async run(target) {
      const { alice, group } = target.fixture;
      const [node] = target.own?.nodes ?? [];
      const sockets = [
        await target.connect(alice, { transports: ['websocket'] }),
        await target.connect(alice, { transports: ['polling'] }),
      ];
      await node?.postgres.mode('refuse');
      try {
        const answers = [
          await target.api(alice, `GET /conversations/${group}/messages`),
          await target.api(alice, `POST /conversations/${group}/messages`, { content: ECHO }),
          await target.api(null, 'POST /auth/login', { username: alice.username, password: ECHO }),
        ];
        for (const socket of sockets)
          answers.push(await socket.ask('message:send', { conversationId: group, content: ECHO }));
        for (const answer of answers) {
          target.refused(answer, 'service_unavailable');
          mustBeGeneric(target, answer);
          target.must(!/postgres|ECONNREFUSED|127\.0\.0\.1/i.test(answer.text), `${answer.what} tells: ${answer.text}`);
        }
      } finally {
        await node?.postgres.mode('pass');
      }
      await eventually('the node is ready again', async () => (await fetch(`${target.url()}/health/ready`)).ok, 30_000);
    },
  },
  {
    id: 'A70',
    title:
      'unusual methods, requests that two servers read differently, paths upwards, directories, source maps, metrics: refused, or answered with the app',
    async run(target) {
      await unusualMethods(target);
      for (const bytes of broken(new URL(target.url()).host)) {
        const answer = await raw(target, bytes);
        const isRefused = answer.startsWith('HTTP/1.1 400') && answer.match(/HTTP\/1\.1 \d{3}/g)?.length === 1;
        target.must(isRefused, `${JSON.stringify(bytes.slice(0, 120))} is answered ${answer.slice(0, 300)}`);
      }
      const { text: page } = await target.ask({ path: '/', headers: { accept: 'text/html' } });
      for (const path of OUTSIDE) {
        const { status, text } = await target.ask({ path });
        const isPage = status === 200 && text === page;
        target.must(isPage || status === 404 || status === 301, `${path}: ${status} ${text.slice(0, 100)}`);
      }
      await noSourceMaps(target, page);
      for (const path of ['/metrics', '/metrics/', '/METRICS', '/api/metrics']) {
        for (const headers of NOT_CLOSE_BY) {
          const { status, text } = await target.ask({ path, headers });
          const isPage = status === 200 && text === page;
          target.must(isPage || status === 404, `${path} with ${JSON.stringify(headers)}: ${status}`);
        }
      }
      const health = await target.ask({ path: '/health/ready' });
      target.must(!/postgres|redis:\/\/|version|node_modules/i.test(health.text), `Health tells ${health.text}`);
      target.must(
        health.headers['x-powered-by'] === undefined && health.headers.server === undefined,
        'A header names the software',
      );
    },
  },
];

function isEvent(line: string): boolean {
  try {
    const { level, time } = JSON.parse(line) as Record<string, unknown>;
    return typeof level === 'string' && typeof time === 'string';
  } catch {
    return false;
  }
}
