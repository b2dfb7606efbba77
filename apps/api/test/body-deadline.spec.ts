import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { BODY_DEADLINES } from '../src/platform/http/body-deadline.js';
import { startNode, type TestNode } from './node.js';
import { aPerson, type Person } from './people.js';
import { beginUpload, someBytes } from './uploads.js';

const POLLING = '/socket.io/?EIO=4&transport=polling';
const usual = { ...BODY_DEADLINES };

let node: TestNode;
let ann: Person;
beforeAll(async () => {
  node = await startNode();
  ann = await aPerson(node);
});
afterAll(async () => {
  Object.assign(BODY_DEADLINES, usual);
  await node.close();
});

/** A request that says it has a longer body. */
async function begin(path: string, type: string): Promise<Socket> {
  const { port, hostname } = new URL(node.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${ann.token}\r\n` +
      `Content-Type: ${type}\r\nContent-Length: 1000\r\n\r\n{`,
  );
  return socket.resume();
}

it('cuts off a body that does not come, also of a transport that polls, and no upload', async () => {
  Object.assign(BODY_DEADLINES, { whole: 300 });
  const opened = await (await fetch(node.url + POLLING)).text();
  const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
  const upload = await beginUpload(ann, 90_000, someBytes(50_000));
  const cut = await Promise.all([
    begin('/api/sync', 'application/json'),
    begin('/api/files', 'application/json'),
    begin(`${POLLING}&sid=${sid}`, 'text/plain;charset=UTF-8'),
  ]);
  // Long before the transport notices by itself that nobody is there.
  for (const socket of cut) await eventually('it is cut', () => socket.closed, 10_000);
  expect(upload.closed).toBe(false);
  upload.destroy();
});

it('cuts off whoever goes on with a body that was refused', async () => {
  Object.assign(BODY_DEADLINES, { ...usual, answered: 1_500 });
  const socket = await begin('/api/sync', 'text/plain');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(String(answer)).toMatch(/^HTTP\/1.1 415 /);
  await eventually('it is cut', () => socket.closed);
});
