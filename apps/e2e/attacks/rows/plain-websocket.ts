import { setTimeout as sleep } from 'node:timers/promises';
import { ERRORS, type ErrorCode, frameType, isErrorObject, LIMITS } from '@parley/protocol';
import { eventually, type PlainOptions, WebSocketClient } from '@parley/testkit';
import { commandsAbout, idsOf } from '../requests.js';
import type { Row } from '../row.contract.js';
import type { Target } from '../target.js';
import { frame, Wire } from '../wire.js';
import { SENDING } from './authorization.js';
import { memoryOf, mustNotGrow } from './content.js';
import { BROKEN_FRAMES } from './exhaustion.js';

const TEXT = 1;
const BINARY = 2;
const MANY = 100;

/** All ways in which a token is given to `/ws`, the first frame apart. */
export const plainWays = (token: string): PlainOptions[] => [
  // What is no token of a header cannot be offered as a subprotocol.
  ...(/^[\w.-]*$/.test(token) ? [{ token }] : []),
  { headers: { authorization: `Bearer ${token}` } },
  { path: `/ws?token=${encodeURIComponent(token)}` },
];

/** Opens it, and notes with which error and code it is closed, before anything else was sent. */
export async function plainRefused(target: Target, options: PlainOptions, code: ErrorCode, first?: object | string) {
  const client = new WebSocketClient(target.url(), options);
  client.socket.on('open', () => first !== undefined && client.send(first));
  const closed = await client.end();
  const [only, ...more] = client.frames;
  const { error } = (only?.data ?? {}) as { error?: unknown };
  const known = isErrorObject(error) ? error : null;
  const status = known ? ERRORS[known.code].status : 0;
  const text = client.texts.join();
  const what = 'the handshake of /ws';
  const answer = {
    what,
    transport: 'websocket',
    at: Date.now(),
    by: null,
    status,
    text,
    error: known,
    headers: {},
  } as const;
  target.refused(target.note(answer), code);
  target.must(closed === ERRORS[code].close, `/ws was closed with ${closed}, not ${ERRORS[code].close}`);
  target.must(only?.type === 'error' && more.length === 0, `Before it was refused ${client.texts.length} frames came`);
}

/** A command in a frame of exactly so many bytes, which the JSON's white space fills. */
function commandOf(bytes: number, conversationId: string): Buffer {
  const json = JSON.stringify({ id: 17, type: 'message.send', data: { conversationId, content: 'a large frame' } });
  return frame(TEXT, json.replace(/\}$/, `${' '.repeat(bytes - json.length)}}`));
}

const JUNK = [
  'not json',
  'null',
  '[]',
  '42',
  '"x"',
  '{}',
  '{"type":{}}',
  '{"id":[],"type":"sync"}',
  '{"type":"x","a":1}',
];

export const plainWebSocket: Row[] = [
  {
    id: 'A1',
    title: '/ws without a token, or with anything else in the first frame: 4501, and no command is run',
    async run(target) {
      const { group: conversationId } = target.fixture;
      const command = { type: 'message.send', data: { conversationId, content: 'before any handshake' } };
      for (const first of [command, 'not json', { type: 'auth', data: {} }, { type: 'auth' }, undefined])
        await plainRefused(target, {}, 'unauthenticated', first);
    },
  },
  {
    id: 'A10',
    title: 'a token in the URL of /ws: accepted there, and no log shows it; beside another one it is refused',
    async run(target) {
      const { token, role } = target.fixture.alice;
      const path = `/ws?token=${token}`;
      const client = await WebSocketClient.open(target.url(), { path });
      target.must(client.closed === null, `${role} was not let in`);
      client.close();
      await plainRefused(target, { path, headers: { authorization: `Bearer ${token}` } }, 'unauthenticated');
      await plainRefused(target, { path, token }, 'unauthenticated');
    },
  },
  {
    id: 'A11',
    title: 'a ticket for /ws twice, a made-up one, and one beside a token: unauthenticated',
    changes: ['auth_tickets'],
    async run(target) {
      const { alice } = target.fixture;
      const { ticket } = JSON.parse((await target.api(alice, 'POST /auth/ticket')).text) as { ticket: string };
      const path = `/ws?ticket=${encodeURIComponent(ticket)}`;
      await plainRefused(target, { path, token: alice.token }, 'unauthenticated');
      (await WebSocketClient.open(target.url(), { path })).close();
      for (const again of [path, `${path}x`, '/ws?ticket=guessed', `/ws?ticket=${alice.token}`])
        await plainRefused(target, { path: again }, 'unauthenticated');
    },
  },
  {
    id: 'A19',
    title:
      'a stranger at /ws/{conversationId} and with every command at /ws: 4506 and not_found, and no event is received',
    changes: SENDING,
    async run(target) {
      const { alice, mallory, group } = target.fixture;
      const closed = await new WebSocketClient(target.url(), { token: mallory.token, path: `/ws/${group}` }).end();
      target.must(closed === 4506, `A stranger was closed with ${closed}`);
      const client = await WebSocketClient.open(target.url(), { token: mallory.token });
      for (const [name, payload] of commandsAbout(idsOf(target))) {
        const { code } = await client.refusal(frameType(name), payload);
        target.must(code === 'not_found', `${name} was refused with ${code}`);
      }
      for (let n = 0; n < 5; n += 1)
        await target.api(alice, `POST /conversations/${group}/messages`, { content: `for members ${n}` });
      await client.ask('sync', { conversations: {} });
      target.must(!JSON.stringify(client.events('message:new')).includes(group), 'A stranger received a message');
      client.close();
    },
  },
  {
    id: 'A51',
    title:
      'frames of /ws at the limit and beyond: the largest is read, a larger one is closed by 1009 before it is there',
    changes: SENDING,
    async run(target) {
      const { alice, group } = target.fixture;
      const fits = await Wire.plain(target.url(), alice.token);
      fits.write(commandOf(LIMITS.frameBytes, group));
      target.must(
        /"success":true|"rate_limited"/.test(await fits.waitFor(/^\{"id":17,/)),
        'The largest frame was not read',
      );
      fits.close();
      const memory = memoryOf(target);
      for (const bytes of [LIMITS.frameBytes + 1, 10 * 2 ** 20, 100 * 2 ** 20, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
        const wire = await Wire.plain(target.url(), alice.token);
        wire.write(frame(TEXT, 'x', { announced: bytes }));
        await wire.ended();
        target.must(wire.code === 1009, `A frame of ${bytes} bytes ended with ${wire.code}`);
      }
      mustNotGrow(target, memory, 20);
    },
  },
  {
    id: 'A53',
    title: 'frames of /ws that are none: each ends its connection by the right code, or is answered, ten at most',
    async run(target) {
      const { mallory } = target.fixture;
      const memory = memoryOf(target);
      for (const [what, bytes, code] of BROKEN_FRAMES) {
        const wire = await Wire.plain(target.url(), mallory.token);
        wire.write(bytes);
        await wire.ended();
        target.must(wire.code === code, `${what}: closed with ${wire.code}, not ${code}`);
      }
      const wire = await Wire.plain(target.url(), mallory.token);
      for (const text of JUNK) wire.write(frame(TEXT, text));
      wire.write(frame(BINARY, Buffer.from([0, 1, 2, 255])));
      await wire.ended();
      const errors = wire.texts.filter((text) => text.startsWith('{"type":"error"'));
      target.must(wire.code === 4505 && errors.length === 10, `Ten of them: ${errors.length} answers and ${wire.code}`);
      mustNotGrow(target, memory, 20);
    },
  },
  {
    id: 'A56',
    title: `${MANY} connections to /ws that never say who they are: cut within 10 s, others are answered`,
    async run(target) {
      const wires: Wire[] = [];
      for (let n = 0; n < MANY; n += 1) {
        wires.push(await Wire.webSocket(target.url(), {}, '/ws'));
        await sleep(10);
      }
      target.accepted(await target.api(target.fixture.alice, 'GET /users/me'));
      await eventually(
        'all of them are cut',
        () => wires.every(({ code, isClosed }) => code !== null || isClosed),
        10_000,
      );
      for (const wire of wires) wire.close();
    },
  },
];
