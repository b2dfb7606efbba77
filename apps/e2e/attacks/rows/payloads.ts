import { randomUUID } from 'node:crypto';
import type { Answer } from '../answer.contract.js';
import { idsOf, usesOf } from '../requests.js';
import type { Row } from '../row.contract.js';
import type { Target } from '../target.js';
import { SENDING } from './authorization.js';

/** Keys that only the server may set, or that are none. */
const EXTRA: Record<string, unknown> = {
  id: randomUUID(),
  seq: 1,
  version: 1,
  senderId: randomUUID(),
  userId: randomUUID(),
  senderType: 'system',
  createdAt: '2020-01-01T00:00:00.000Z',
  editedAt: null,
  role: 'admin',
  isAdmin: true,
  unreadCount: 0,
  isBot: true,
  constructor: { prototype: { polluted: true } },
};

/** The refusal has to name each of these keys. */
function mustName(target: Target, answer: Answer, keys: readonly string[]): void {
  target.refused(answer, 'validation_failed');
  const named = new Set(answer.error?.details?.map(({ path }) => path));
  const unnamed = keys.filter((key) => !named.has(key));
  target.must(unnamed.length === 0, `${answer.what} does not refuse ${unnamed.join(' ')}: ${answer.text}`);
}

/** Of keys that only the server sets, those that are none of these. */
function extraBeside(keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(EXTRA).filter(([key]) => !keys.includes(key)));
}

/** Documents, and the picture of somebody: it is bytes, and the file here is none. */
const UNREAD = /^\/(?:docs|asyncapi)|\/avatar$/;

/** What the owner of a group, and no administrator of the server, may read. */
function reads(target: Target): string[] {
  const { bob, direct } = target.fixture;
  const routes = target.surface.routes.filter(
    ({ method, path, needs }) =>
      method === 'GET' && !UNREAD.test(path) && needs.some((need) => need !== 'server_admin'),
  );
  const all = routes.flatMap((route) => usesOf(route, idsOf(target)).map(([request]) => request));
  return [...all, `GET /users?ids=${bob.id}`, 'GET /conversations?archived=all', `GET /conversations/${direct}`];
}

/** Keys that no answer has, whoever asks. */
const NEVER =
  /"(?:password\w*|passwordHash|externalId|external_id|claims\w*|tokenHash|payloadHash|ip|ipAddress|secret|foldedName)":/;

export const payloads: Row[] = [
  {
    id: 'A32',
    title:
      'keys that only the server may set, to every route and command that takes a payload: validation_failed by each key, no row',
    async run(target) {
      const { first, alice } = target.fixture;
      const { routes, commands } = target.surface;
      for (const route of routes) {
        // Those of administrators look at nothing that others send.
        const by = route.needs.every((need) => need === 'server_admin') ? first : alice;
        if (!route.bodyKeys || (by === first && !target.own)) continue;
        const extra = extraBeside(route.bodyKeys);
        for (const [request, body] of usesOf(route, idsOf(target)))
          mustName(target, await target.api(by, request, { ...body, ...extra }), Object.keys(extra));
      }
      const socket = await target.connect(alice);
      for (const { name, keys } of commands) {
        const extra = extraBeside(keys);
        mustName(target, await socket.ask(name, extra), Object.keys(extra));
      }
    },
  },
  {
    id: 'A33',
    title: 'writing as somebody else, by body or header: refused or ignored, the sender is who sent it',
    changes: SENDING,
    async run(target) {
      const { alice, bob, group } = target.fixture;
      const path = `/conversations/${group}/messages`;
      const socket = await target.connect(bob);
      for (const key of ['senderId', 'userId', 'sender', 'from', 'actorId']) {
        const sent = { content: 'as alice', [key]: alice.id };
        target.refused(await target.api(bob, `POST ${path}`, sent), 'validation_failed');
        target.refused(await socket.ask('message:send', { conversationId: group, ...sent }), 'validation_failed');
      }
      const headers = {
        'user-name': alice.username,
        'x-user-id': alice.id,
        'x-forwarded-user': alice.id,
        sender: alice.id,
      };
      const sent = await target.api(bob, `POST ${path}`, { content: 'as myself' }, { headers });
      target.accepted(sent);
      target.must((JSON.parse(sent.text) as { senderId: string }).senderId === bob.id, `The sender is ${sent.text}`);
    },
  },
  {
    id: 'A34',
    title: 'what answers and events hold: no password, address, key of the database or e-mail of others',
    // Exports are among them.
    changes: [...SENDING, 'audit_log'],
    async run(target) {
      const { alice, bob, group, message } = target.fixture;
      const socket = await target.connect(alice);
      const answers: Answer[] = [];
      for (const request of reads(target)) answers.push(await target.api(alice, request));
      answers.push(await socket.ask('sync', { conversations: {} }));
      await bob.send(group, { content: 'an event' });
      await bob.react(message.id, '👍');
      await bob.request('DELETE', `/messages/${message.id}/reactions/${encodeURIComponent('👍')}`);
      for (const answer of [...answers, ...target.answers]) {
        target.must(!NEVER.test(answer.text), `${answer.what} holds ${NEVER.exec(answer.text)?.[0]}`);
        const mayHoldMail = answer.what.includes('/users/me') || answer.what.includes('/auth/');
        target.must(mayHoldMail || !answer.text.includes('"email":'), `${answer.what} holds an e-mail address`);
      }
      for (const answer of answers) target.accepted(answer);
    },
  },
  {
    id: 'A63',
    title: 'keys of prototypes in bodies and queries: refused, and no answer shows them afterwards',
    async run(target) {
      const { alice, group } = target.fixture;
      const bodies = [
        '{"content":"x","__proto__":{"polluted":true}}',
        '{"content":"x","constructor":{"prototype":{"polluted":true}}}',
        '{"__proto__":{"content":"x"}}',
      ];
      for (const body of bodies)
        target.refused(await target.api(alice, `POST /conversations/${group}/messages`, body), 'validation_failed');
      for (const query of ['a[__proto__][polluted]=1', '__proto__=1', '__proto__[polluted]=1', 'constructor=1'])
        target.refused(await target.api(alice, `GET /users?query=al&${query}`), 'validation_failed');
      const socket = await target.connect(alice);
      for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])
        target.refused(await socket.ask(name, { conversationId: group }), 'not_found');
      const me = await target.api(alice, 'GET /users/me');
      target.must(!me.text.includes('polluted'), 'An object of the server is polluted');
    },
  },
  {
    id: 'A64',
    title: 'parameters twice, lists for single values, numbers for texts and the reverse: validation_failed',
    async run(target) {
      const { alice, group, direct } = target.fixture;
      const queries = [
        `/messages?conversationId=${group}&conversationId=${direct}`,
        `/messages?conversationId[]=${group}`,
        '/users?query=al&query=bo',
        '/users?query=al&limit=1&limit=2',
        `/conversations/${group}/messages?before=1&before=2`,
        `/conversations/${group}/messages?before=1&after=2`,
        '/search?q=a&q=b',
      ];
      for (const path of queries) target.refused(await target.api(alice, `GET ${path}`), 'validation_failed');
      const path = `/conversations/${group}/messages`;
      const socket = await target.connect(alice);
      for (const content of [7, true, null, ['x'], { a: 'x' }]) {
        target.refused(await target.api(alice, `POST ${path}`, { content }), 'validation_failed');
        target.refused(await socket.ask('message:send', { conversationId: group, content }), 'validation_failed');
      }
      for (const payload of [[], 'text', 7, null, [[]], undefined])
        target.refused(await socket.ask('message:send', payload), 'validation_failed');
      target.refused(
        await socket.ask('message:send', { conversationId: group, content: 'x' }, { more: true }),
        'validation_failed',
      );
    },
  },
];
