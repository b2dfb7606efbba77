import { secretsIn } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import type { Target } from '../target.js';
import { Wire } from '../wire.js';
import { SENDING } from './authorization.js';

const SQL = [
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
const withSql = (q: string, group: string): string[] => [
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
  '/assets/',
  '/server-status',
];

/** What proxies and servers could read as different requests, and what is none. */
const broken = (host: string): string[] => [
  `POST /api/sync HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
  'GET / HTTP/9.9\r\n\r\n',
  '\u0000\u0001\r\n\r\n',
  `GET / HTTP/1.1\r\nHost: ${host}\r\nX: a\rb\r\n\r\n`,
];

async function unusualMethods(target: Target): Promise<void> {
  for (const method of ['TRACE', 'PROPFIND', 'PURGE', 'SEARCH']) {
    const { status } = await target.ask({ method, path: '/api/users/me' });
    target.must([400, 404, 405].includes(status), `${method}: ${status}`);
  }
  for (const header of ['x-http-method-override', 'x-method-override', 'x-http-method']) {
    const headers = { [header]: 'PATCH' };
    target.refused(await target.api(target.cast.alice, 'POST /users/me', {}, { headers }), 'not_found');
  }
}

export const hygiene: Row[] = [
  {
    id: 'A62',
    title: 'SQL in texts, questions, filters and ids: taken for what it is, or refused',
    changes: SENDING,
    async run(target) {
      const { alice, group } = target.cast;
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
      const { mallory } = target.cast;
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
    title: 'secrets in the logs of the whole run, at every level: none',
    needs: 'own node',
    async run(target) {
      const { secret, alice, bob, mallory, ex, admin } = target.cast;
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
    title: 'unknown routes, broken bodies, a database that is away: one shape, a request id, no echo of what was sent',
    needs: 'own node',
    async run(target) {
      const { alice, group } = target.cast;
      const socket = await target.connect(alice);
      const answers = [
        await target.api(alice, 'GET /echo-me'),
        await target.api(alice, `POST /conversations/${group}/messages`, '{"content":"echo-me'),
        await target.api(alice, `POST /conversations/${group}/messages`, { content: { nested: 'echo-me' } }),
        await target.api(alice, `GET /users?query=al&limit=echo-me`),
        await socket.ask('message:send', { conversationId: 'echo-me', content: 'echo-me' }),
      ];
      for (const { what, text, error } of answers) {
        target.must(error !== null && error.requestId.length > 0, `${what} has no request id: ${text}`);
        target.must(!text.includes('echo-me'), `${what} echoes: ${text}`);
      }
    },
  },
  {
    id: 'A70',
    title:
      'unusual methods, doubled lengths, paths upwards, sources, metrics: refused, and nothing of the host is told',
    async run(target) {
      await unusualMethods(target);
      for (const bytes of broken(new URL(target.url()).host)) {
        const refused = (await raw(target, bytes)).startsWith('HTTP/1.1 400');
        target.must(refused, `Not refused: ${JSON.stringify(bytes.slice(0, 60))}`);
      }
      for (const path of OUTSIDE) {
        const { status, text } = await target.ask({ path });
        const isPage = status === 200 && text.includes('<!doctype html');
        target.must(isPage || status === 404 || status === 301, `${path}: ${status}`);
        target.must(!text.includes('"dependencies"'), `${path} shows a file`);
      }
      const { text: page } = await target.ask({ path: '/', headers: { accept: 'text/html' } });
      const [script = ''] = /\/assets\/[\w-]+\.js/.exec(page) ?? [];
      if (script) target.must((await target.ask({ path: `${script}.map` })).status === 404, 'Source maps are served');
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
