import { type ErrorCode, frameType, LIMITS } from '@parley/protocol';
import { eventually, writeStompFrame } from '@parley/testkit';
import type { Actor } from '../fixture.js';
import { commandsAbout, idsOf } from '../requests.js';
import type { Row } from '../row.contract.js';
import { connectFrame, StompAttacker, stompRefused } from '../stomp-attacker.js';
import type { Target } from '../target.js';
import { SENDING } from './authorization.js';
import { memoryOf, mustNotGrow } from './content.js';

const SEND = '/app/chat.send';
const ACKS = '/user/queue/acks';
const MANY = 100;
const HELD = 20;
const MOST_SUBSCRIPTIONS = 1_000;
const HEADERS = new Set(['subscription', 'destination', 'message-id', 'event', 'content-type', 'content-length']);

/** Sent by somebody who is let in, it ends the connection so. */
async function ends(target: Target, by: Actor, texts: readonly (string | Buffer)[], code: ErrorCode): Promise<void> {
  const stomp = await StompAttacker.signedIn(target, by);
  for (const text of texts) stomp.writeRaw(text);
  await stomp.mustEnd(String(texts[0]).slice(0, 60), code);
}

/** What is nobody's, or somebody else's. */
const foreign = ({ fixture: { group, bob } }: Target): string[] => [
  `/topic/conversation/${group}`,
  ...['*', '**', '>', '#', '', `${group}.*`, `${group}/..`].map((id) => `/topic/conversation/${id}`),
  ...['/topic/*', '/topic/**', '/**', '/exchange/amq.topic/#', '/queue/messages'],
  ...[bob.id, bob.username, '*'].map((name) => `/user/${name}/queue/messages`),
  `/queue/messages-user${bob.id}`,
];

/** Beyond a bound each: a line, the headers, the frame in one message and in several, a length that is announced. */
function giants(): (string | Buffer)[][] {
  const headers = Array.from({ length: 65 }, (_, n) => `h${n}:x`).join('\n');
  const piece = Buffer.alloc(65_000, ' ');
  return [
    [`SEND\nx:${'y'.repeat(16_384)}`],
    ['S'.repeat(20_000)],
    [`SEND\n${headers}\n\n\0`],
    [`SEND\ndestination:${SEND}\n\n`, piece, piece, piece, piece, piece],
    [`SEND\ndestination:${SEND}\ncontent-length:${LIMITS.frameBytes}\n\n`],
    [`SEND\ndestination:${SEND}\ncontent-length:999999999999999\n\n`],
  ];
}

const BROKEN = [
  'not a frame\n\n\0',
  'send\n\n\0',
  'SEND\nno colon\n\n\0',
  'SEND\n:no name\n\n\0',
  'SEND\nx:\\t\n\n\0',
  `SEND\ndestination:${SEND}\ncontent-length:-1\n\n\0`,
  `SEND\ndestination:${SEND}\ncontent-length:1e3\n\n\0`,
  `SEND\ndestination:${SEND}\ncontent-length:1\n\n{}\0`,
  'SEND\nx:y\0',
  'MESSAGE\n\n\0',
  'CONNECT\naccept-version:1.2\n\n\0',
  `SUBSCRIBE\nid:${'x'.repeat(256)}\ndestination:${ACKS}\n\n\0`,
];

export const overStomp: Row[] = [
  {
    id: 'A1',
    title:
      '/stomp without a token, with a token elsewhere, or with a SEND in place of CONNECT: ERROR, and no command is run',
    async run(target) {
      const { group: conversationId, alice } = target.fixture;
      const send = writeStompFrame('SEND', { destination: SEND }, JSON.stringify({ conversationId, content: 'early' }));
      await stompRefused(target, send, 'bad_frames');
      await stompRefused(target, connectFrame() + send, 'unauthenticated');
      await stompRefused(
        target,
        connectFrame({ login: alice.username, passcode: alice.token }) + send,
        'unauthenticated',
      );
      await stompRefused(target, connectFrame({ Authorization: alice.token }), 'unauthenticated');
      const path = `/stomp?token=${alice.token}`;
      const { status, error } = await target.ask({ path, headers: { connection: 'Upgrade', upgrade: 'websocket' } });
      target.must(
        status === 401 && error?.code === 'unauthenticated',
        `A token in the URL was answered with ${status}`,
      );
    },
  },
  {
    id: 'A19',
    title:
      'a stranger at /stomp with every command, and subscribing to wildcards and to the queues of others: nothing is received',
    changes: SENDING,
    async run(target) {
      const { alice, mallory, group } = target.fixture;
      const listener = await StompAttacker.signedIn(target, mallory);
      for (const [name, payload] of commandsAbout(idsOf(target)))
        target.refused(await listener.ask(`/app/${frameType(name)}`, JSON.stringify(payload)), 'not_found');
      for (const destination of foreign(target)) {
        await ends(target, mallory, [writeStompFrame('SUBSCRIBE', { id: 'x', destination })], 'not_found');
        await ends(target, mallory, [writeStompFrame('SEND', { destination }, '{"content":"x"}')], 'not_found');
      }
      for (let n = 0; n < 5; n += 1)
        await target.api(alice, `POST /conversations/${group}/messages`, { content: `for members ${n}` });
      await listener.subscribe(ACKS);
      target.must(!listener.texts.join('').includes('for members'), 'A stranger received a message');
      listener.close();
    },
  },
  {
    id: 'A32',
    title: 'deep JSON, and keys that objects have, by SEND: validation_failed, and the connection goes on',
    async run(target) {
      const { alice, group } = target.fixture;
      const stomp = await StompAttacker.signedIn(target, alice);
      const metadata = [40, 5_000, 100_000].map((levels) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`);
      for (const deep of [...metadata, '12345678901234567890']
        .map((each) => `"metadata":${each}`)
        .concat('"__proto__":{}'))
        target.refused(
          await stomp.ask(SEND, `{"conversationId":"${group}","content":"x",${deep}}`),
          'validation_failed',
        );
      await stomp.subscribe(ACKS);
      stomp.close();
    },
  },
  {
    id: 'A55',
    title: 'frames of STOMP that are none, or come out of turn: ERROR with bad_frames each, and the end',
    async run(target) {
      const { mallory } = target.fixture;
      for (const text of BROKEN) await ends(target, mallory, [text], 'bad_frames');
      for (const beats of ['', '1', '1,2,3', '-1,0', '1e9,0', 'NaN,NaN', '1.5,0'])
        await stompRefused(target, connectFrame({ 'heart-beat': beats }), 'bad_frames');
    },
  },
  {
    id: 'A55',
    title: 'frames of STOMP over a bound, whole or in pieces: closed with 1009 before they are there; memory is flat',
    async run(target) {
      const { mallory } = target.fixture;
      const memory = memoryOf(target);
      for (const texts of giants()) await ends(target, mallory, texts, 'too_large');
      mustNotGrow(target, memory, 20);
    },
  },
  {
    id: 'A55',
    title: `heart-beats of a millisecond and of ages: as often as the server wants; ${MOST_SUBSCRIPTIONS} subscriptions, and 10,000 ACKs`,
    async run(target) {
      const { mallory } = target.fixture;
      for (const beats of ['0,1', '1,1', '999999999999999,999999999999999']) {
        const stomp = await StompAttacker.signedIn(target, mallory, { 'heart-beat': beats });
        for (let n = 0; n < 3; n += 1) await stomp.subscribe(ACKS);
        target.must(!stomp.texts.includes('\n'), `With the heart-beat ${beats} one came at once`);
        stomp.close();
      }
      const subscribe = Array.from({ length: MOST_SUBSCRIPTIONS - 1 }, (_, n) =>
        writeStompFrame('SUBSCRIBE', { id: `n${n}`, destination: ACKS }),
      );
      await ends(target, mallory, [subscribe.join('')], 'too_large');
      const acks = writeStompFrame('ACK', { id: 'x' }).repeat(10_000);
      await ends(target, mallory, [acks.slice(0, 100_000), acks.slice(100_000)], 'rate_limited');
    },
  },
  {
    id: 'A56',
    title: `${MANY} connections to /stomp that never end their CONNECT: cut within 10 s; ${HELD} half SENDs cost their size`,
    async run(target) {
      const { alice, mallory } = target.fixture;
      const begun: StompAttacker[] = [];
      for (let n = 0; n < MANY; n += 1) {
        const stomp = new StompAttacker(target, null);
        await stomp.opened();
        stomp.writeRaw('CONNECT\naccept-version:1.2\nx:');
        begun.push(stomp);
      }
      const memory = memoryOf(target);
      const held: StompAttacker[] = [];
      for (let n = 0; n < HELD; n += 1) {
        const stomp = await StompAttacker.signedIn(target, mallory);
        stomp.writeRaw(`SEND\ndestination:${SEND}\n\n{"content":"${'x'.repeat(200_000)}`);
        held.push(stomp);
      }
      target.accepted(await target.api(alice, 'GET /users/me'));
      await eventually('all of them are cut', () => begun.every(({ isClosed }) => isClosed), 10_000);
      mustNotGrow(target, memory, 40);
      for (const stomp of held) stomp.close();
    },
  },
  {
    id: 'A67',
    title:
      'line breaks, NULs and frames in texts, metadata and receipts by STOMP: each reader receives one frame, with our headers only',
    changes: SENDING,
    async run(target) {
      const { alice, bob, group: conversationId } = target.fixture;
      const reader = await StompAttacker.signedIn(target, bob);
      await reader.subscribe(`/topic/conversation/${conversationId}`);
      const sender = await StompAttacker.signedIn(target, alice);
      const forged = 'a\nsender:admin\r\n\nMESSAGE\ndestination:/user/queue/messages\n\n{}';
      const metadata = { [forged]: forged, 'content-length': '0', event: 'member.removed' };
      const body = JSON.stringify({ conversationId, content: `injected ${forged}`, metadata });
      const receipt = 'r\\nevent\\cforged\\r\\\\';
      sender.write('SEND', { destination: SEND, receipt, sender: bob.id, event: 'x', subscription: 'y' }, body);
      const { headers } = await sender.until('its RECEIPT', (frame) =>
        (frame.headers['receipt-id'] ?? '').startsWith('r\\n'),
      );
      target.must(Object.keys(headers).length === 1, 'A RECEIPT has more than its id');
      const event = await reader.until('the message', (frame) => frame.body.includes('injected'));
      const strange = Object.keys(event.headers).filter((name) => !HEADERS.has(name));
      target.must(strange.length === 0, `A MESSAGE has the headers ${strange.join(' ')}`);
      const broken = [...reader.texts, ...sender.texts].filter((text) => text !== '\n' && !/^[^\0]*\0\n$/.test(text));
      target.must(broken.length === 0, `${broken.length} texts are not one frame each`);
      for (const each of [reader, sender]) each.close();
    },
  },
];
