import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { SCANNER_CHECK } from '../src/modules/files/file-scanner.js';
import { CLAMD, MARKER, STREAM_MAX_BYTES, TestClamd } from './clamd.js';
import { startNode, type TestNode } from './node.js';
import { aPerson, codeOf, type Person } from './people.js';
import { append, begin, stateOf } from './tus.js';
import { download, someBytes, stored, upload } from './uploads.js';

const ORDINARY_CHECK_MS = SCANNER_CHECK.everyMs;
const partsAway = async (node: TestNode) => (await node.request.get('/health/ready')).body.parts ?? [];

async function listening(scanner: Server): Promise<string> {
  await once(scanner.listen(0, '127.0.0.1'), 'listening');
  return `tcp://127.0.0.1:${(scanner.address() as AddressInfo).port}`;
}

beforeAll(() => {
  SCANNER_CHECK.everyMs = 50;
});
afterAll(() => {
  SCANNER_CHECK.everyMs = ORDINARY_CHECK_MS;
});

// Where it is not installed, `npm test` says so.
describe('a scanner', () => {
  const clamd = new TestClamd();
  let node: TestNode;
  let ann: Person;
  beforeAll(async () => {
    if (!CLAMD) return;
    await clamd.start();
    node = await startNode({ CLAMD_URL: clamd.url });
    ann = await aPerson(node);
  });
  afterAll(async () => {
    if (CLAMD) await node.close();
    await clamd.remove();
  });

  const marked = () => Buffer.concat([someBytes(100_000), MARKER, someBytes(100_000)]);

  it('lets files pass in which it finds nothing', async () => {
    if (!CLAMD) return;
    const content = someBytes(STREAM_MAX_BYTES);
    const { status, body } = await upload(ann, { content });
    expect(status).toBe(201);
    expect((await download(ann, body.fileId)).content.equals(content)).toBe(true);
  });

  it('refuses what it finds, of which nothing stays, and which is reported without its name', async () => {
    if (!CLAMD) return;
    const before = await stored(node);
    const answer = await upload(ann, { content: marked(), name: 'bills.pdf' });
    expect(codeOf(answer)).toBe('forbidden');
    expect(answer.body.error.details).toEqual([{ path: 'file', message: 'was refused by the scanner' }]);
    expect(await stored(node)).toEqual(before);
    const line = node.logs.find(({ msg }) => msg === 'the scanner refused a file');
    expect(line).toMatchObject({ userId: ann.id, signature: 'Parley.Test.Marker.UNOFFICIAL' });
    expect(JSON.stringify(node.logs)).not.toContain('bills');
  });

  it('refuses what comes in several requests once it is whole, and nothing of that stays either', async () => {
    if (!CLAMD) return;
    const before = await stored(node);
    const content = marked();
    const { at } = await begin(ann, content.length);
    expect(await append(ann, at, 0, content.subarray(0, 100_010))).toMatchObject({ status: 204 });
    expect(await append(ann, at, 100_010, content.subarray(100_010))).toMatchObject({ code: 'forbidden' });
    expect(await stateOf(ann, at)).toEqual({ status: 404 });
    expect(await stored(node)).toEqual(before);
  });

  it('takes nothing that is larger than it looks at', async () => {
    if (!CLAMD) return;
    const before = await stored(node);
    const answer = await upload(ann, { content: someBytes(2 * STREAM_MAX_BYTES) });
    expect(codeOf(answer)).toBe('too_large');
    expect(await stored(node)).toEqual(before);
  });

  it('that is away lets nothing pass, is named by the readiness, and is found again', async () => {
    if (!CLAMD) return;
    expect(await partsAway(node)).toEqual([]);
    await clamd.kill();
    const before = await stored(node);
    const answer = await upload(ann);
    expect(codeOf(answer)).toBe('service_unavailable');
    expect(answer.body.error.retryAfterMs).toBeGreaterThan(0);
    expect(await stored(node)).toEqual(before);
    expect(await partsAway(node)).toEqual(['scanner']);
    await clamd.start();
    await eventually('it is there', async () => (await partsAway(node)).length === 0);
    expect((await upload(ann)).status).toBe(201);
  });
});

describe('a scanner that answers, but hangs up on contents', () => {
  const scanner: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (command) => {
      if (command.toString().startsWith('zPING')) socket.end('PONG\0');
      else socket.destroy();
    });
  });
  let node: TestNode;
  beforeAll(async () => {
    node = await startNode({ CLAMD_URL: await listening(scanner) });
  });
  afterAll(async () => {
    await node.close();
    scanner.close();
  });

  it('does not look at so much', async () => {
    expect(codeOf(await upload(await aPerson(node)))).toBe('too_large');
    expect(await partsAway(node)).toEqual([]);
    expect(await stored(node)).toEqual({ onDisk: [], known: [] });
  });
});

describe('a scanner that may be away', () => {
  /** Hangs up on everybody who asks. */
  const scanner: Server = createServer((socket) => void socket.destroy());
  let node: TestNode;
  beforeAll(async () => {
    node = await startNode({ CLAMD_URL: await listening(scanner), CLAMD_AWAY: 'allow' });
  });
  afterAll(async () => {
    await node.close();
    scanner.close();
  });

  it('lets files pass unseen, which is reported', async () => {
    const ann = await aPerson(node);
    expect((await upload(ann)).status).toBe(201);
    const line = node.logs.find(({ msg }) => msg === 'a file was taken that no scanner looked at');
    expect(line).toMatchObject({ userId: ann.id, why: 'scanner away' });
    expect(await partsAway(node)).toEqual(['scanner']);
  });

  it('is nothing that sockets are told of', async () => {
    const socket = await (await aPerson(node)).connect();
    await eventually('its readiness names it', async () => (await partsAway(node)).includes('scanner'));
    expect(socket.all('service:degraded')).toEqual([]);
  });
});
