import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RequestBody } from './request-body.js';
import { SEGMENT, SegmentReader } from './segment-reader.js';

/** Connections are kept, as by all who send files. */
const agent = new Agent({ keepAlive: true });
const server = createServer();
// None is closed for having been idle, just when the next content is sent by it.
server.keepAliveTimeout = 0;
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(async () => {
  agent.destroy();
  await new Promise((resolve) => server.close(resolve));
});

interface Arrived {
  incoming: IncomingMessage;
  response: ServerResponse;
  body: RequestBody;
  segments: SegmentReader;
  /** What it was answered. */
  answer: Promise<string>;
}

/** Sends the content in pieces of such sizes, as fast as it is taken. */
async function arrive(content: Buffer, size: () => number): Promise<Arrived> {
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, host: '127.0.0.1', method: 'PATCH', agent });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  const came = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
  const send = async () => {
    for (let at = 0; at < content.length; ) {
      const piece = content.subarray(at, at + size());
      at += piece.length;
      if (!sent.write(piece)) await once(sent, 'drain');
    }
    sent.end();
  };
  // Whoever is answered in the middle of it may be cut off.
  send().catch(() => undefined);
  const [incoming, response] = await came;
  const body = new RequestBody(incoming);
  const segments = new SegmentReader(Readable.fromWeb(body.stream as Parameters<typeof Readable.fromWeb>[0]));
  const answer = answered.then(async ([back]) => String(Buffer.concat(await back.toArray())));
  return { incoming, response, body, segments, answer };
}

/** Copies each block before it asks for the next one, which may be in the same memory. */
async function collect(segments: SegmentReader, each: () => Promise<unknown> = async () => undefined) {
  const [blocks, sizes]: [Buffer[], number[]] = [[], []];
  while (await segments.hasMore()) {
    for await (const block of segments.read()) {
      await each();
      blocks.push(Buffer.from(block));
    }
    sizes.push(segments.size);
  }
  return { content: Buffer.concat(blocks), sizes };
}

describe('the body of a request, in segments', () => {
  it.each<[string, number, () => number]>([
    ['of one byte', 1, () => 1],
    ['in small pieces', 20_000, () => 1 + Math.floor(Math.random() * 20)],
    ['in pieces of every size', 2.5 * SEGMENT.bytes, () => 1 + Math.floor(Math.random() * 300_000)],
    ['all at once', 2 * SEGMENT.bytes, () => 4 * SEGMENT.bytes],
  ])('has the content to the byte: %s', async (_, length, size) => {
    const content = randomBytes(length);
    const { segments, response, answer } = await arrive(content, size);
    const came = await collect(segments, () => turn());
    response.end('thanks');
    expect(came.content.equals(content)).toBe(true);
    expect(came.sizes.reduce((sum, each) => sum + each, 0)).toBe(length);
    expect(await answer).toBe('thanks');
  });

  it('waits for its reader, and keeps no more than a few blocks meanwhile', async () => {
    const content = randomBytes(20_000_000);
    const { incoming, segments, response, answer } = await arrive(content, () => 1_000_000);
    const { socket } = incoming;
    const before = socket.bytesRead;
    // Until nothing more is read.
    for (let seen = -1; socket.bytesRead > seen; ) {
      seen = socket.bytesRead;
      for (let turns = 0; turns < 500; turns += 1) await turn();
    }
    expect(socket.bytesRead - before).toBeLessThan(2_000_000);
    expect((await collect(segments)).content.equals(content)).toBe(true);
    response.end('thanks');
    expect(await answer).toBe('thanks');
  });

  it('can be answered before its end, and what still comes is thrown away', async () => {
    const { body, segments, response, answer } = await arrive(randomBytes(30_000_000), () => 1_000_000);
    await segments.hasMore();
    body.leave();
    response.end('enough');
    expect(await answer).toBe('enough');
    // For whoever reads, it has ended.
    await collect(segments);
  });
});
