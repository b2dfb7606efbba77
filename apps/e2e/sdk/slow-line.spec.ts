import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ParleyClient } from '@parley/client';
import { ParleyNode, TcpProxy } from '@parley/testkit';
import { Person } from './person.js';
import { when } from './when.js';

const COUNT = 700;
const TEXT = 'x'.repeat(800);

describe('A client on a slow line', () => {
  let node: ParleyNode;
  const links: TcpProxy[] = [];
  const clients: ParleyClient[] = [];

  beforeAll(async () => {
    node = await ParleyNode.start({ env: { RATE_LIMITS: 'off' } });
  });

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.stop()));
    await Promise.all(links.map((link) => link.close()));
    await node.stop();
  });

  /** Someone who is away while 700 messages are sent, and comes back over a line of so many bytes a second. */
  async function backOver(bytesPerSecond: number) {
    const ada = await Person.named(`ada ${bytesPerSecond}`, node.url);
    const grace = await Person.named(`grace ${bytesPerSecond}`, node.url);
    const { id } = await ada.rest.createConversation({ type: 'group', name: 'Slow', memberIds: [grace.id] });
    const link = await TcpProxy.start({ host: '127.0.0.1', port: Number(new URL(node.url).port) });
    links.push(link);
    const { client } = await grace.device({ url: `http://127.0.0.1:${link.port}` }).online();
    clients.push(client);
    await client.stop();
    for (let sent = 0; sent < COUNT; sent += 50) {
      await Promise.all(Array.from({ length: 50 }, () => ada.rest.send(id, { content: TEXT })));
    }
    let bytes = 0;
    for await (const { items } of ada.rest.history(id)) bytes += JSON.stringify(items).length;
    await link.mode({ bytesPerSecond });
    const began = performance.now();
    const states: string[] = [];
    const stop = client.connection.subscribe(() => {
      const { state, isBehind } = client.connection.getSnapshot();
      states.push(`${((performance.now() - began) / 1_000).toFixed(1)} ${state}${isBehind ? ', behind' : ''}`);
    });
    client.start();
    await when(client.connection, ({ state }) => state === 'online');
    const online = performance.now() - began;
    await when(client.connection, ({ state, isBehind }) => state === 'online' && !isBehind, 120_000);
    const complete = performance.now() - began;
    const view = client.conversation(id).getSnapshot();
    stop();
    return { online, complete, needed: (bytes / bytesPerSecond) * 1_000, view, states };
  }

  it('is online within 30 s, and has everything in the time that the bytes need', async () => {
    const all = await Promise.all([20_000, 40_000].map(backOver));
    for (const { online, complete, needed, view, states } of all) {
      expect(view).toMatchObject({ lastSeq: COUNT, version: COUNT + 1, unreadCount: COUNT });
      expect({ isSoon: online < 30_000, isInTime: complete < needed * 1.2 + 8_000, states }).toMatchObject({
        isSoon: true,
        isInTime: true,
      });
    }
  });
});
