import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readUploadForm } from './upload-form.js';

const BOUNDARY = 'x-parley-test';
const HEAD = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`;
const TAIL = `\r\n--${BOUNDARY}--\r\n`;

/** What a reader of the form makes of its content. */
type Reader = (content: AsyncIterable<Buffer>) => Promise<Buffer>;

let read: Reader;
/** Connections are kept, as by all who send files. */
const agent = new Agent({ keepAlive: true });
const server = createServer((incoming, response) => {
  const answer = (body: Buffer | string) => response.end(body);
  readUploadForm(incoming, [], (_, content) => read(content)).then(
    ({ taken }) => answer(taken),
    (fault: Error) => answer(fault.message),
  );
});
// None is closed for having been idle, just when the next form is sent by it.
server.keepAliveTimeout = 0;
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(async () => {
  agent.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Sends the form in pieces of such sizes, one after the other; what it was answered. */
async function send(content: Buffer, size: () => number): Promise<Buffer> {
  const { port } = server.address() as AddressInfo;
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  const sent = request({ port, host: '127.0.0.1', method: 'POST', headers, agent });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
  });
  const form = Buffer.concat([Buffer.from(HEAD), content, Buffer.from(TAIL)]);
  const state = { isAnswered: false };
  const note = () => {
    state.isAnswered = true;
  };
  answered.then(note, note);
  for (let at = 0; at < form.length && !state.isAnswered; ) {
    const piece = form.subarray(at, at + size());
    at += piece.length;
    if (!sent.write(piece)) await Promise.race([answered, new Promise((drained) => sent.once('drain', drained))]);
  }
  if (!state.isAnswered) sent.end();
  const answer = Buffer.concat(await (await answered).toArray());
  sent.destroy();
  return answer;
}

/** Copies each block before it asks for the next one, which may be another content in the same memory. */
const collect = async (content: AsyncIterable<Buffer>, each: () => Promise<unknown> = async () => undefined) => {
  const blocks: Buffer[] = [];
  for await (const block of content) {
    await each();
    blocks.push(Buffer.from(block));
  }
  return Buffer.concat(blocks);
};

/** What looks like the end of the part again and again, and never is. */
const likeBoundaries = (length: number): Buffer =>
  Buffer.concat(
    Array.from({ length: Math.ceil(length / 20) }, (_, i) =>
      i % 3 ? Buffer.from(TAIL.slice(0, 1 + (i % 14))) : randomBytes(20),
    ),
  );

describe('a form that is read as it comes', () => {
  it.each<[string, Buffer, () => number]>([
    ['one byte at a time', randomBytes(3_000), () => 1],
    ['pieces of every size', randomBytes(2_000_000), () => 1 + Math.floor(Math.random() * 200_000)],
    ['pieces that end like boundaries do', likeBoundaries(500_000), () => 1 + Math.floor(Math.random() * 3_000)],
    ['all at once', likeBoundaries(3_000_000), () => 10_000_000],
    ['all at once, of one byte', randomBytes(1), () => 10_000],
  ])('has its content to the byte: %s', async (_, content, size) => {
    read = (incoming) => collect(incoming);
    expect((await send(content, size)).equals(content)).toBe(true);
  });

  it('ends where its boundary is, wherever that is cut in two, and whatever looks like one before it', async () => {
    read = (incoming) => collect(incoming);
    const plain = Buffer.alloc(1_000, '.');
    const contents = ['', '\r', '\r\n', '\r\n-', '\r\n--', '\r\n--x-parley-tes'].map((end) =>
      Buffer.concat([plain, Buffer.from(end)]),
    );
    for (const content of contents) {
      for (let cut = 0; cut <= TAIL.length; cut += 1) {
        // What only is content has come before.
        const sizes = [HEAD.length + 500, content.length - 500 + cut];
        expect(await send(content, () => sizes.shift() || 1_000)).toEqual(content);
      }
    }
  });

  it('has it to the byte where its reader is slow, and many are read side by side', async () => {
    read = (incoming) => collect(incoming, () => turn());
    const contents = Array.from({ length: 12 }, () => randomBytes(1_500_000));
    const answers = await Promise.all(contents.map((content) => send(content, () => 100_000)));
    expect(answers.map((answer, i) => answer.equals(contents[i] as Buffer))).toEqual(contents.map(() => true));
  });

  it('waits for its reader, and keeps no more than a few blocks meanwhile', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    read = (incoming) => collect(incoming, () => begun);
    const content = randomBytes(20_000_000);
    const came = once(server, 'request') as Promise<[IncomingMessage]>;
    const answer = send(content, () => 1_000_000);
    const [{ socket }] = await came;
    const before = socket.bytesRead;
    // Until nothing more is read.
    for (let seen = -1; socket.bytesRead > seen; ) {
      seen = socket.bytesRead;
      for (let turns = 0; turns < 500; turns += 1) await turn();
    }
    expect(socket.bytesRead - before).toBeLessThan(2_000_000);
    begin();
    expect((await answer).equals(content)).toBe(true);
  });

  it('fails with what its reader fails with, while more is sent', async () => {
    read = async (incoming) => {
      for await (const block of incoming) throw new Error(`no room for ${block.length} bytes`);
      return Buffer.alloc(0);
    };
    expect(String(await send(randomBytes(30_000_000), () => 1_000_000))).toMatch(/^no room for \d+ bytes$/);
  });
});
