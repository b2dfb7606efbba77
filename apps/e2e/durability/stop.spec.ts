import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ParleyNode } from '@parley/testkit';
import { ENGINES, type Store } from './engines.js';
import { Flood, openConversations, restOf } from './flood.js';

const LIMIT_MS = 10_000;

describe.each(ENGINES)('SIGTERM, on $engine', ({ open }) => {
  let store: Store;
  let node: ParleyNode;

  beforeEach(async () => {
    store = await open();
    node = await store.startNode();
  });

  afterEach(async () => {
    await node.stop();
    await store.close();
  });

  it('in the middle of sending ends the node within 10 s, and G1: nothing that was acked is lost', async () => {
    const conversations = await openConversations(node.url, 2, 5);
    const flood = await Flood.start(node.url, conversations);
    await flood.until(200);
    const began = performance.now();
    const exit = await node.terminate();
    expect(performance.now() - began).toBeLessThan(LIMIT_MS);
    expect(exit).toEqual({ code: 0, signal: null });
    await flood.stop();
    // Closed below Socket.IO, so that plain clients come back by themselves.
    for (const client of flood.clients) {
      expect(client.closings).toEqual([expect.stringMatching(/^transport (close|error)$/)]);
    }
    await node.stop();
    node = await store.startNode();
    for (const conversation of conversations) {
      const stored = await (await restOf(node.url, conversation)).messages(conversation.id);
      const acked = flood.acked.filter(({ conversationId }) => conversationId === conversation.id);
      expect(stored.map(({ id }) => id)).toEqual(
        expect.arrayContaining(acked.map(({ promise }) => promise?.messageId)),
      );
    }
  });

  it('is not held up by somebody who begins a request and never ends it', async () => {
    const { hostname, port } = new URL(node.url);
    const stalled = connect(Number(port), hostname);
    stalled.on('error', () => undefined);
    stalled.write('POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    await fetch(`${node.url}/health/live`);
    const began = performance.now();
    const exit = await node.terminate();
    stalled.destroy();
    expect(performance.now() - began).toBeLessThan(LIMIT_MS);
    expect(exit).toEqual({ code: 0, signal: null });
  });
});
