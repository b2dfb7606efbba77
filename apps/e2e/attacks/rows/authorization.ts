import { randomUUID } from 'node:crypto';
import { eventually } from '@parley/testkit';
import type { Answer } from '../answer.contract.js';
import type { Actor } from '../fixture.js';
import { commandsAbout, idsOf, NOWHERE, ofConversations, type Request, usesOf } from '../requests.js';
import type { Row } from '../row.contract.js';
import type { Target } from '../target.js';

/** Tables that a message and what follows from it may touch. */
export const SENDING = [
  'messages',
  'message_search',
  'conversations',
  'conversation_changes',
  'conversation_participants',
  'conversation_receipts',
  'read_ranges',
  'mentions',
  'users',
];

/** Without what is of each answer alone. */
const bare = ({ status, text, error }: Answer): string => `${status} ${text.replace(error?.requestId ?? '-', '')}`;

/** Whatever this user tries there is answered as if there were no such thing. */
async function seesNothing(target: Target, by: Actor, conversation: string): Promise<void> {
  const ids = idsOf(target, conversation);
  for (const route of ofConversations(target.surface)) {
    const absent = usesOf(route, NOWHERE);
    for (const [n, [request, body]] of usesOf(route, ids).entries()) {
      const [other, otherBody] = absent[n] as Request;
      const [there, none] = await Promise.all([target.api(by, request, body), target.api(by, other, otherBody)]);
      mustBeAbsent(target, there, none);
    }
  }
  const socket = await target.connect(by, { node: 1 });
  const absent = commandsAbout(NOWHERE);
  for (const [n, [name, payload]] of commandsAbout(ids).entries())
    mustBeAbsent(target, await socket.ask(name, payload), await socket.ask(name, absent[n]?.[1]));
}

function mustBeAbsent(target: Target, there: Answer, none: Answer): void {
  target.refused(there, 'not_found');
  target.must(bare(there) === bare(none), `${there.what} differs from what is not there: ${bare(there)}`);
}

/** So many messages of alice, one after the other. */
async function aliceSends(
  target: Target,
  conversation: string,
  count: number,
  content = target.fixture.secret,
): Promise<void> {
  for (let n = 0; n < count; n += 1) await target.fixture.alice.send(conversation, { content: `${content} ${n}` });
}

const REMOVALS = 3;
const RACING = 100;
/** Each waits for its answer before it sends again, so that the removal comes between. */
const SENDERS = 4;

/** Removes somebody by one node while messages are sent by the other, earlier or later in the race. */
async function removeInRace(target: Target, round: number): Promise<void> {
  const { alice, ex } = target.fixture;
  const { id: group } = await alice.createConversation({ type: 'group', name: 'A race', memberIds: [ex.id] });
  const socket = await target.connect(ex, { node: round });
  const send = async (sender: number) => {
    for (let n = sender; n < RACING; n += SENDERS) await alice.send(group, { content: `a race ${n}` });
  };
  const sends = Array.from({ length: SENDERS }, (_, sender) => send(sender));
  await eventually('the race has begun', () => socket.all('message:new').length > 10 * round);
  const members = `/conversations/${group}/members`;
  target.accepted(await target.api(alice, `DELETE ${members}/${ex.id}`, undefined, { node: 1 }));
  target.refused(await socket.ask('message:send', { conversationId: group, content: 'late' }), 'not_found');
  await Promise.all(sends);
  await eventually('the removal is received', () => socket.all('member:removed').length > 0);
  target.refused(await socket.ask('conversation:join', { conversationId: group }), 'not_found');
  const received = socket.received.filter(({ payload }) => payload.conversationId === group && 'version' in payload);
  const last = received.at(-1);
  const messages = received.filter(({ name }) => name === 'message:new').length;
  target.figure('received of a race', `${messages} of ${RACING} messages`);
  target.must(messages < RACING, 'Nothing was sent after the removal');
  target.must(last?.name === 'member:removed', `The last event that was received is ${last?.name}`);
  for (const node of [0, 1])
    target.refused(await target.api(ex, `GET /conversations/${group}/messages`, undefined, { node }), 'not_found');
}

export const authorization: Row[] = [
  {
    id: 'A2',
    title: 'every route without a token: unauthenticated, before anything is looked at',
    async run(target) {
      for (const route of target.surface.routes) {
        for (const [request, body] of route.isPublic ? [] : usesOf(route, idsOf(target)))
          target.refused(await target.api(null, request, body), 'unauthenticated');
      }
    },
  },
  {
    id: 'A18',
    title:
      'every route and command about a conversation, by a stranger and by a former member, with real ids: as if there were no such thing',
    async run(target) {
      const { mallory, ex, group, archived } = target.fixture;
      await seesNothing(target, mallory, group);
      await seesNothing(target, ex, group);
      await seesNothing(target, mallory, archived);
    },
  },
  {
    id: 'A19',
    title: 'joining as a stranger: refused, and of 20 messages none is received',
    changes: SENDING,
    async run(target) {
      const { mallory, bob, group, secret } = target.fixture;
      const [socket, bobs] = [await target.connect(mallory, { node: 1 }), await target.connect(bob, { node: 1 })];
      for (const conversationId of [group, `${group}*`, '*', `conversation:${group}`, `user:${bob.id}`])
        target.refused(await socket.ask('conversation:join', { conversationId }), 'not_found', 'validation_failed');
      await aliceSends(target, group, 20);
      await eventually('bob receives all of them', () => bobs.all('message:new').length >= 20);
      target.must(
        !socket.hasReceived(secret) && !socket.hasReceived(group),
        'A stranger received something of the group',
      );
    },
  },
  {
    id: 'A20',
    title: 'moving markers in a conversation of others: not found, nobody receives anything of it',
    async run(target) {
      const { mallory, bob, group, message } = target.fixture;
      const bobs = await target.connect(bob, { node: 1 });
      const socket = await target.connect(mallory);
      for (const name of ['message:read', 'message:delivered'])
        target.refused(await socket.ask(name, { conversationId: group, messageId: message.id }), 'not_found');
      target.must((await bobs.ask('conversation:join', { conversationId: group })).error === null, 'Bob was refused');
      target.must(!bobs.hasReceived(mallory.id), 'Bob received something of a stranger');
    },
  },
  {
    id: 'A22',
    title: 'typing into a conversation of others, and a flood of typing in one’s own: no storm at others',
    async run(target) {
      const { mallory, alice, bob, group } = target.fixture;
      const bobs = await target.connect(bob, { node: 1 });
      const strange = await target.connect(mallory);
      target.refused(await strange.ask('typing:start', { conversationId: group }), 'not_found');
      const flood = await target.connect(alice);
      const acks = await Promise.all(
        Array.from({ length: 50 }, () => flood.ask('typing:start', { conversationId: group })),
      );
      for (const ack of acks)
        target.must(ack.error === null || ack.error.code === 'rate_limited', `A start was answered ${ack.text}`);
      await eventually('bob is shown that alice types', () => bobs.all('typing:update').at(-1)?.count === 1);
      await flood.ask('typing:stop', { conversationId: group });
      await eventually('bob is shown the end', () => bobs.all('typing:update').at(-1)?.count === 0);
      const updates = bobs.all('typing:update').length;
      target.must(updates <= 5, `50 starts became ${updates} updates`);
      target.must(!bobs.hasReceived(mallory.id), 'Bob received something of a stranger');
    },
  },
  {
    id: 'A23',
    title: 'changing messages of others: forbidden, over both transports',
    async run(target) {
      const { bob, message } = target.fixture;
      const socket = await target.connect(bob);
      const { id: messageId } = message;
      target.refused(await target.api(bob, `PATCH /messages/${messageId}`, { content: 'Mine' }), 'forbidden');
      target.refused(await target.api(bob, `DELETE /messages/${messageId}`), 'forbidden');
      target.refused(await socket.ask('message:edit', { messageId, content: 'Mine' }), 'forbidden');
      target.refused(await socket.ask('message:delete', { messageId }), 'forbidden');
    },
  },
  {
    id: 'A24',
    title: 'what one’s role does not allow: forbidden, and the roles are as they were',
    async run(target) {
      const { alice, bob, admin, mallory, group } = target.fixture;
      const members = `/conversations/${group}/members`;
      const tried: [by: Actor, method: string, path: string, body?: object][] = [
        [bob, 'POST', members, { memberIds: [mallory.id] }],
        [bob, 'PATCH', `${members}/${bob.id}`, { role: 'owner' }],
        [bob, 'DELETE', `${members}/${admin.id}`],
        [bob, 'PATCH', `/conversations/${group}`, { name: 'Mine' }],
        [bob, 'PATCH', `/conversations/${group}`, { isArchived: true }],
        [admin, 'PATCH', `${members}/${admin.id}`, { role: 'owner' }],
        [admin, 'PATCH', `${members}/${bob.id}`, { role: 'admin' }],
        [admin, 'DELETE', `${members}/${alice.id}`],
        [bob, 'PUT', `${members}/${admin.id}/silence`, { seconds: 60 }],
        [admin, 'PUT', `${members}/${alice.id}/silence`, { seconds: 60 }],
        [bob, 'PUT', `/conversations/${group}/bans/${mallory.id}`],
        [admin, 'PUT', `/conversations/${group}/bans/${alice.id}`],
        [bob, 'GET', `/conversations/${group}/bans`],
        [bob, 'GET', `/conversations/${group}/reports`],
      ];
      for (const [by, method, path, body] of tried)
        target.refused(await target.api(by, `${method} ${path}`, body), 'forbidden');
      target.refused(await target.api(alice, `DELETE ${members}/${alice.id}`), 'forbidden', 'conflict');
    },
  },
  {
    id: 'A24',
    title: 'every route of the administrators of the server, by the owner of a group: forbidden',
    async run(target) {
      const routes = target.surface.routes.filter(({ needs }) => needs.every((need) => need === 'server_admin'));
      for (const route of routes) {
        for (const [request, body] of usesOf(route, idsOf(target)))
          target.refused(await target.api(target.fixture.alice, request, body), 'forbidden');
      }
      target.must(routes.length > 0, 'The documents name no such route');
    },
  },
  {
    id: 'A25',
    title: `reading and receiving after one’s removal, ${REMOVALS} times while ${RACING} messages race it from the other node: nothing later is received`,
    changes: [...SENDING, 'audit_log'],
    async run(target) {
      for (let n = 0; n < REMOVALS; n += 1) await removeInRace(target, n);
    },
  },
  {
    id: 'A27',
    title: 'writing into an archived conversation: conflict, with the reason',
    async run(target) {
      const { alice, archived } = target.fixture;
      const socket = await target.connect(alice);
      const body = { content: 'late', clientMessageId: randomUUID() };
      const answers = [
        await target.api(alice, `POST /conversations/${archived}/messages`, body),
        await target.api(alice, 'POST /messages/send', { ...body, conversationId: archived }),
        await socket.ask('message:send', { ...body, conversationId: archived }),
      ];
      for (const answer of answers) {
        target.refused(answer, 'conflict');
        const [detail] = answer.error?.details ?? [];
        target.must(detail?.path === 'conversation' && detail.message === 'archived', `No reason: ${answer.text}`);
      }
    },
  },
  {
    id: 'A31',
    title: 'the presence of strangers, by asking or by listening: none',
    async run(target) {
      const { mallory, alice, bob, message } = target.fixture;
      const socket = await target.connect(mallory, { node: 1 });
      const watched = await socket.ask('presence:subscribe', { userIds: [alice.id, bob.id] });
      target.accepted(watched);
      target.must(!watched.text.includes(alice.id), `A stranger is told of alice: ${watched.text}`);
      const alices = await target.connect(alice);
      alices.close();
      const seen = await target.api(mallory, `GET /users/${alice.id}`);
      const { isOnline, lastSeenAt } = JSON.parse(seen.text) as Record<string, unknown>;
      target.must(isOnline === null && lastSeenAt === null, `A stranger sees ${seen.text}`);
      target.refused(await target.api(mallory, `GET /messages/${message.id}/receipts`), 'not_found');
      const received = socket.received.filter(({ name }) => name.startsWith('status:'));
      target.must(received.length === 0, `A stranger received ${received.map(({ name }) => name).join(' ')}`);
    },
  },
];
