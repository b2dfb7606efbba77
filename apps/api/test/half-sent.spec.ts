import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, type Group, type Person } from './people.js';
import { RawSocket } from './raw-socket.js';

let node: TestNode;
let group: Group;
let raw: RawSocket;

beforeAll(async () => {
  node = await startNode();
  group = await aGroup(node);
});
afterAll(() => node.close());

const open = async (person: Person = group.owner): Promise<RawSocket> => {
  raw = await RawSocket.open(node.url, person.token);
  return raw;
};
const closed = (socket: RawSocket) => eventually('it is closed', () => socket.closed !== null);
const PLACE = '{"_placeholder":true,"num":0}';
const ATTACHMENT = Buffer.alloc(200_000);

/** Bytes of buffers that somebody still holds. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

describe('G8: no command is binary', () => {
  afterEach(() => raw.close());

  it('A63: wherever the data stands, the command is acknowledged as validation_failed at its header', async () => {
    const { id } = group;
    const payloads = [
      PLACE,
      `{"conversationId":"${id}","content":"x","metadata":${PLACE}}`,
      `{"conversationId":"${id}","content":"x","metadata":{"a":[${PLACE}]}}`,
      `{"conversationId":"${id}","content":${PLACE}}`,
      `{}`,
    ];
    const socket = await open();
    for (const [i, payload] of payloads.entries()) {
      socket.send(`451-${i}["message:send",${payload}]`);
      const [ack] = JSON.parse((await socket.frame(new RegExp(`^43${i}\\[`))).slice(3)) as [any];
      expect([payload, ack.success, ack.error.code]).toEqual([payload, false, 'validation_failed']);
      socket.sendBinary(ATTACHMENT);
    }
    expect((await socket.ask(70, `["message:send",{"conversationId":"${id}","content":"fine"}]`)).success).toBe(true);
    socket.send('451-71["no:such",0]');
    expect(await socket.frame(/^4371\[/)).toContain('not_found');
  });

  it('its attachments are not kept while the rest of them is waited for', async () => {
    const sockets = await Promise.all(Array.from({ length: 40 }, () => open()));
    const before = heldBytes();
    for (const socket of sockets) {
      socket.send('4510-["x",0]');
      for (let n = 0; n < 9; n += 1) socket.sendBinary(ATTACHMENT);
    }
    await Promise.all(sockets.map((socket) => socket.pinged()));
    // V8 gives buffers back on a thread of its own: what a collection freed is counted as gone a moment later.
    await eventually('fewer than 10 MiB are held', () => heldBytes() - before < 10 * 2 ** 20);
    expect(sockets.map((socket) => socket.closed)).toEqual(sockets.map(() => null));
    for (const socket of sockets) socket.close();
  });

  it('a client that goes on sending it gets bad_frames after ten, and is closed for good', async () => {
    const socket = await open();
    for (let n = 0; n < 10; n += 1) {
      socket.send(`451-${n}["message:read",${PLACE}]`);
      socket.sendBinary(Buffer.from('x'));
    }
    expect(await socket.frame(/^42\["server:closing"/)).toContain('"bad_frames"');
    await closed(socket);
    expect(socket.frames.filter((frame) => /^43\d\[.*validation_failed/.test(frame))).toHaveLength(10);
  });

  it.each<[string, (socket: RawSocket) => void]>([
    ['a binary frame that nobody announced', (socket) => socket.sendBinary(ATTACHMENT)],
    [
      'one more than was announced',
      (socket) => {
        socket.send('451-["x",0]');
        socket.sendBinary(ATTACHMENT);
        socket.sendBinary(ATTACHMENT);
      },
    ],
    [
      'text in the place of an attachment',
      (socket) => {
        socket.send('452-["x",0]');
        socket.sendBinary(ATTACHMENT);
        socket.send('42["x"]');
      },
    ],
    ['a binary acknowledgement', (socket) => socket.send('461-1["x"]')],
    ['more attachments than there can be', (socket) => socket.send('4511-["x"]')],
    ['attachments without a number', (socket) => socket.send('45-["x"]')],
    ['a binary event without a name', (socket) => socket.send('451-[{}]')],
    ['a frame of base64, as polling has it', (socket) => socket.send('bAAAA')],
  ])('%s closes the connection, and harms nobody else', async (_what, send) => {
    const other = await open();
    const socket = await open();
    send(socket);
    await closed(socket);
    expect((await other.ask(1, `["conversation:join",{"conversationId":"${group.id}"}]`)).success).toBe(true);
    other.close();
  });
});

describe('G8: what was only begun is not kept', () => {
  it('a second CONNECT, while the first is looked at or later, closes the connection', async () => {
    for (const isLate of [false, true]) {
      const { token } = await aPerson(node);
      raw = new RawSocket(node.url);
      await raw.frame(/^0\{/);
      raw.send(`40${JSON.stringify({ token })}`);
      if (isLate) await raw.frame(/^42\["ready"/);
      for (let n = 0; n < 50; n += 1) raw.send(`40${JSON.stringify({ token })}`);
      await closed(raw);
      expect(raw.frames.filter((frame) => frame.startsWith('40')).length).toBeLessThanOrEqual(isLate ? 1 : 0);
    }
  });

  it('a connection that has left its only namespace is closed', async () => {
    const socket = await open();
    socket.send('41');
    expect(await closed(socket)).toBe(true);
  });
});
