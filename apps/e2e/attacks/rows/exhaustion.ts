import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import type { Target } from '../target.js';
import { frame, UPGRADE, Wire } from '../wire.js';
import { SENDING } from './authorization.js';
import { memoryOf, mustNotGrow } from './content.js';

const TEXT = 1;
const BINARY = 2;
const MEBIBYTE = 2 ** 20;
const MANY = 200;
/** A whole request has 30 s, looked at every two. */
const SLOWEST_MS = 40_000;

/** A command in a frame of exactly so many bytes, which the JSON's white space fills. */
function commandOf(bytes: number, conversationId: string): Buffer {
  const json = JSON.stringify([
    'message:send',
    { conversationId, content: 'a large frame', clientMessageId: randomUUID() },
  ]);
  const text = `4217${json}`;
  return frame(TEXT, text.replace(/\]$/, `${' '.repeat(bytes - text.length)}]`));
}

/** Frames that break the protocol of WebSockets, and the close code. */
export const BROKEN_FRAMES: readonly [string, Buffer, number][] = [
  ['a frame without a mask', frame(TEXT, '40', { isMasked: false }), 1002],
  ['an opcode that is none', frame(3, 'x'), 1002],
  ['reserved bits', Buffer.from([0xf1, 0x80, 0, 0, 0, 0]), 1002],
  ['a continuation of nothing', frame(0, 'x'), 1002],
  ['a ping in pieces', frame(9, 'x', { isFinal: false }), 1002],
  ['a ping over 125 bytes', frame(9, 'x'.repeat(126)), 1002],
  ['a close with a code that is none', frame(8, Buffer.from([0x03, 0xe7])), 1002],
  ['a close of one byte', frame(8, 'x'), 1002],
  ['text that is no UTF-8', frame(TEXT, Buffer.from([0x34, 0xc3, 0x28])), 1007],
];

/** Those, and frames that are no packet of Socket.IO; null: its own end, without a code that says why. */
export const BROKEN: readonly [string, Buffer, number | null][] = [
  ...BROKEN_FRAMES,
  ['an unknown packet of Engine.IO', frame(TEXT, '9'), null],
  ['an unknown packet of Socket.IO', frame(TEXT, '49'), null],
  ['binary junk', frame(BINARY, Buffer.from([0, 1, 2, 255])), null],
];

/** Texts inside a valid frame that are no command. */
export const JUNK = [
  'not json',
  'null',
  '[]',
  '42',
  '{}',
  '"x"',
  '[null]',
  '[[]]',
  '[{"a":1}]',
  '["message:send"',
  '[7,{}]',
  '["connect"]',
  '["disconnect",{}]',
];

const half = (host: string, token: string): string[] => [
  `GET /api/users/me HTTP/1.1\r\nHost: ${host}\r\nX-Half: `,
  `POST /api/sync HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
  `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`,
];

/** What begins a request, a body, an upgrade and a socket, and does not go on. */
export function beginnings(target: Target): string[] {
  const { host } = new URL(target.url());
  const upgrade = Object.entries(UPGRADE)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n');
  return [
    ...half(host, target.fixture.mallory.token),
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\n${upgrade}\r\n\r\n`,
  ];
}

async function stalled(target: Target): Promise<Wire[]> {
  const wires: Wire[] = [];
  for (const text of beginnings(target)) wires.push(...(await openMany(target, text)));
  return wires;
}

async function openMany(target: Target, text: string): Promise<Wire[]> {
  const wires: Wire[] = [];
  for (let n = 0; n < MANY; n += 1) {
    const wire = await Wire.open(target.url());
    wire.write(text);
    wires.push(wire);
  }
  return wires;
}

const LIMITS_ASKED = ['0', '-1', '1e9', 'abc', '101', '1.5', '', '99999999999999999999', 'NaN'];
const PLACES = ['before=-1', 'after=x', 'around=9e99', 'before=2026-13-45T99:99:99Z', `after=${'9'.repeat(100)}`];

const tooMuch = (group: string): string[] => [
  ...LIMITS_ASKED.flatMap((limit) => [
    `GET /conversations/${group}/messages?limit=${limit}`,
    `GET /conversations?limit=${limit}`,
    `GET /users?query=al&limit=${limit}`,
  ]),
  ...PLACES.map((place) => `GET /conversations/${group}/messages?${place}`),
];

export const exhaustion: Row[] = [
  {
    id: 'A51',
    title: 'frames at the limit and beyond: the largest is read, a larger one is closed by 1009 before it is there',
    changes: SENDING,
    async run(target) {
      const { alice, group } = target.fixture;
      const fits = await Wire.signedIn(target.url(), alice.token);
      fits.write(commandOf(LIMITS.frameBytes, group));
      target.must(
        /"success":true|"rate_limited"/.test(await fits.waitFor(/^4317\[/)),
        'The largest frame was not read',
      );
      fits.close();
      const memory = memoryOf(target);
      const announced = [LIMITS.frameBytes + 1, 10 * MEBIBYTE, 100 * MEBIBYTE, 2 ** 40, Number.MAX_SAFE_INTEGER];
      for (const bytes of announced) {
        const wire = await Wire.signedIn(target.url(), alice.token);
        wire.write(frame(TEXT, 'x', { announced: bytes }));
        await wire.ended();
        target.must(wire.code === 1009, `A frame of ${bytes} bytes ended with ${wire.code}`);
      }
      const body = 'x'.repeat(LIMITS.bodyBytes + 1);
      target.refused(await target.api(alice, `POST /conversations/${group}/messages`, body), 'too_large');
      mustNotGrow(target, memory, 20);
    },
  },
  {
    id: 'A53',
    title: 'frames that are none: each ends its connection by the right code, or is answered; memory is flat',
    async run(target) {
      const { mallory } = target.fixture;
      const memory = memoryOf(target);
      for (const [what, bytes, code] of BROKEN) {
        const wire = await Wire.signedIn(target.url(), mallory.token);
        wire.write(bytes);
        await wire.ended();
        target.must(code === null || wire.code === code, `${what}: closed with ${wire.code}, not ${code}`);
      }
      for (const json of JUNK) {
        const wire = await Wire.signedIn(target.url(), mallory.token);
        wire.write(frame(TEXT, `427${json}`));
        await eventually(
          'junk is answered or closed',
          () => wire.code !== null || wire.isClosed || wire.texts.some((each) => each.startsWith('437')),
        );
        wire.close();
      }
      const pieces = await Wire.signedIn(target.url(), mallory.token);
      const piece = Buffer.concat(Array.from({ length: 1_000 }, () => frame(0, 'x', { isFinal: false })));
      pieces.write(frame(TEXT, 'x', { isFinal: false }));
      for (let n = 0; n < 100 && pieces.isWritable; n += 1) pieces.write(piece);
      await pieces.ended();
      target.must(pieces.code === 1008, `100,000 pieces of a frame ended with ${pieces.code}`);
      mustNotGrow(target, memory, 20);
    },
  },
  {
    id: 'A56',
    title: `${MANY} half heads, half upgrades and sockets without a token, beside half bodies: cut within 25 s, others are answered`,
    async run(target) {
      const { alice, bob, direct } = target.fixture;
      // Another client of the attacker's own address may have to come back for its handshake.
      const bobs = await target.connect(bob);
      const wires = await stalled(target);
      const began = performance.now();
      target.accepted(await target.api(alice, 'GET /users/me'));
      target.must((await bobs.ask('typing:stop', { conversationId: direct })).error === null, 'Bob was refused');
      target.figure('beside them', `answered in ${(performance.now() - began).toFixed(0)} ms`);
      const bodies = new Set(wires.slice(MANY, 2 * MANY));
      // Bodies have the time of a whole request: the next row waits for that.
      const cut = wires.filter((wire) => !bodies.has(wire));
      await eventually('all but the bodies are cut', () => cut.every(({ isClosed }) => isClosed), 25_000);
      target.figure('cut after', `${((performance.now() - began) / 1_000).toFixed(1)} s`);
      for (const wire of wires) wire.close();
    },
  },
  {
    id: 'A56',
    title: `${MANY} bodies that come a byte a second: cut within ${SLOWEST_MS / 1_000} s, others are answered`,
    isSlow: true,
    async run(target) {
      const { alice, mallory } = target.fixture;
      const [, head = ''] = half(new URL(target.url()).host, mallory.token);
      const wires = await openMany(target, head);
      const began = performance.now();
      let slowest = 0;
      const answerOther = async () => {
        const asked = performance.now();
        target.accepted(await target.api(alice, 'GET /users/me'));
        slowest = Math.max(slowest, performance.now() - asked);
      };
      for (let open = wires; open.length > 0; open = open.filter(({ isClosed }) => !isClosed)) {
        if (performance.now() - began > SLOWEST_MS) break;
        for (const wire of open) wire.write(' ');
        await answerOther();
        await sleep(1_000);
      }
      const left = wires.filter(({ isClosed }) => !isClosed).length;
      target.must(left === 0, `${left} bodies were not cut`);
      target.figure('cut after', `${((performance.now() - began) / 1_000).toFixed(1)} s`);
      target.figure('beside them', `answered in ${slowest.toFixed(0)} ms at most`);
      for (const wire of wires) wire.close();
    },
  },
  {
    id: 'A60',
    title: 'limits, cursors and questions that would cost much: refused, or answered; others are answered beside them',
    async run(target) {
      const { alice, mallory, group } = target.fixture;
      await target.allRefused(alice, tooMuch(group), 'validation_failed', 'not_found');
      const long = encodeURIComponent('a OR b '.repeat(500));
      target.refused(await target.api(alice, `GET /search?q=${long}`), 'validation_failed');
      const greedy = encodeURIComponent(`${'(a+)+'.repeat(40)} ${'-'.repeat(200)} "`.slice(0, 500));
      const began = performance.now();
      const asked = Array.from({ length: 100 }, (_, n) =>
        target.api(n % 2 ? alice : mallory, `GET /search?q=${n}${greedy}`, undefined, { isLimitTried: true }),
      );
      const beside = await target.api(target.fixture.bob, 'GET /users/me', undefined, { node: 1 });
      target.figure('beside 100 searches', `answered in ${(performance.now() - began).toFixed(0)} ms`);
      target.accepted(beside);
      for (const { status, what } of await Promise.all(asked))
        target.must([200, 400, 429].includes(status), `${what}: ${status}`);
      target.figure('100 searches', `${((performance.now() - began) / 1_000).toFixed(1)} s`);
      const ids = Object.fromEntries(Array.from({ length: 1_001 }, () => [randomUUID(), { version: 0, receipts: 0 }]));
      target.refused(await target.api(alice, 'POST /sync', { conversations: ids }), 'validation_failed');
    },
  },
];
