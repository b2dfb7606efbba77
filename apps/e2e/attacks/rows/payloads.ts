import { randomUUID } from 'node:crypto';
import type { Row } from '../row.contract.js';
import type { Answer } from '../answer.contract.js';
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

/** Routes and commands that take a body, with one that would be right. */
function writes({ fixture }: Target): [string, string, Record<string, unknown>][] {
  const { alice, bob, group, message } = fixture;
  return [
    ['POST', '/conversations', { type: 'group', name: 'Fine', memberIds: [bob.id] }],
    ['PATCH', `/conversations/${group}`, { name: 'Fine' }],
    ['POST', `/conversations/${group}/members`, { memberIds: [bob.id] }],
    ['PATCH', `/conversations/${group}/members/${bob.id}`, { role: 'member' }],
    ['POST', `/conversations/${group}/messages`, { content: 'fine' }],
    ['POST', '/messages/send', { conversationId: group, content: 'fine' }],
    ['PATCH', `/messages/${message.id}`, { content: 'fine' }],
    ['POST', `/messages/${message.id}/reactions`, { emoji: '👍' }],
    ['POST', `/conversations/${group}/read`, { seq: 1 }],
    ['PATCH', '/users/me', { displayName: alice.username }],
    ['POST', '/auth/register', { username: `x-${randomUUID().slice(0, 8)}`, password: 'long enough for all' }],
    ['POST', '/auth/password', { current: alice.password, new: 'long enough for all' }],
    ['POST', '/sync', { conversations: {} }],
    ['message:send', '', { conversationId: group, content: 'fine' }],
    ['message:edit', '', { messageId: message.id, content: 'fine' }],
    ['reaction:add', '', { messageId: message.id, emoji: '👍' }],
    ['message:read', '', { conversationId: group, seq: 1 }],
    ['presence:idle', '', { isIdle: false }],
    ['sync', '', { conversations: {} }],
  ];
}

/** What alice may read. */
function reads({ fixture: { bob, group, direct, message } }: Target): string[] {
  return [
    '/users/me',
    `/users/${bob.id}`,
    `/users?query=${bob.username.slice(0, 5)}`,
    `/users?ids=${bob.id}`,
    '/conversations?archived=all',
    `/conversations/${group}`,
    `/conversations/${direct}`,
    `/conversations/${group}/members`,
    `/conversations/${group}/messages`,
    `/messages/${message.id}`,
    `/messages/${message.id}/receipts`,
    '/messages/unread',
    '/search?q=confidential',
    '/auth/sessions',
  ];
}

/** Keys that no answer has, whoever asks. */
const NEVER =
  /"(?:password\w*|passwordHash|externalId|external_id|claims\w*|tokenHash|payloadHash|ip|ipAddress|secret|foldedName)":/;

export const payloads: Row[] = [
  {
    id: 'A32',
    title: 'keys that only the server may set, on writes of each kind over both transports: validation_failed, no row',
    async run(target) {
      const { alice } = target.fixture;
      const socket = await target.connect(alice);
      for (const [method, path, body] of writes(target)) {
        for (const [key, value] of Object.entries(EXTRA)) {
          if (key in body || (key === 'id' && path === '/conversations')) continue;
          if (path === '/auth/register' && target.answers.some(({ what }) => what.includes(path))) continue;
          const sent = { ...body, [key]: value };
          const answer =
            path === '' ? await socket.ask(method, sent) : await target.api(alice, `${method} ${path}`, sent);
          target.refused(answer, 'validation_failed');
        }
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
    changes: SENDING,
    async run(target) {
      const { alice, bob, group, message } = target.fixture;
      const socket = await target.connect(alice);
      const answers: Answer[] = [];
      for (const path of reads(target)) answers.push(await target.api(alice, `GET ${path}`));
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
