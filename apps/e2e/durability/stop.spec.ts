import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Exit,
  eventually,
  hostToken,
  ParleyNode,
  PostgresCluster,
  ScriptedClient,
  TcpProxy,
} from '@parley/testkit';
import { io, type Socket } from 'socket.io-client';
import { ENGINES, type Store } from './engines.js';
import { Flood, openConversations, restOf } from './flood.js';

const LIMIT_MS = 10_000;
const CLEAN: Exit = { code: 0, signal: null };

/** Sends SIGTERM; the exit must be the server's own and within its time. */
async function terminated(node: ParleyNode): Promise<Exit> {
  const began = performance.now();
  const exit = await node.terminate();
  expect(performance.now() - began).toBeLessThan(LIMIT_MS);
  return exit;
}

/** The status of an answer on a new connection; null where the port is closed. */
async function statusOf(url: string, headers: Record<string, string> = {}): Promise<number | null> {
  const answer = await fetch(url, { headers: { connection: 'close', ...headers } }).catch(() => null);
  await answer?.arrayBuffer();
  return answer?.status ?? null;
}

describe.each(ENGINES)('G9: SIGTERM, on $engine', ({ open }) => {
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

  it('in the middle of sending answers every send that was under way, and G1: nothing that was acked is lost', async () => {
    const conversations = await openConversations(node.url, 2, 5);
    const flood = await Flood.start(node.url, conversations);
    await flood.until(200);
    const underWay = flood.sendings.filter(({ promise }) => promise === null);
    expect(underWay.length).toBeGreaterThan(0);
    expect(await terminated(node)).toEqual(CLEAN);
    await flood.stop();
    const unanswered = underWay.filter(({ promise, refusals }) => promise === null && !refusals.includes('draining'));
    expect(unanswered).toEqual([]);
    for (const client of flood.clients) {
      expect(client.named('server:draining')[0]?.payload.reconnectAfterMs).toBeGreaterThanOrEqual(0);
      expect(client.named('server:closing')[0]?.payload.error).toMatchObject({ code: 'draining', retryable: true });
      // Closed below Socket.IO, so that plain clients come back by themselves.
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

  it('is not held up by half a request, nor by a socket whose peer has gone silent; a second one changes nothing', async () => {
    const [conversation] = await openConversations(node.url, 1, 1);
    const { hostname, port } = new URL(node.url);
    const half = connect(Number(port), hostname);
    half.on('error', () => undefined);
    half.write('POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    const proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
    const token = await hostToken(conversation?.people[0] ?? { externalId: '', name: '' });
    const silent = await ScriptedClient.connect(`http://${proxy.host}:${proxy.port}`, token);
    await proxy.mode('freeze');
    const stopped = terminated(node);
    await eventually('it is not ready any more', async () => (await statusOf(`${node.url}/health/ready`)) !== 200);
    process.kill(node.pid, 'SIGTERM');
    expect(await stopped).toEqual(CLEAN);
    expect(node.log()).not.toMatch(/"level":(50|60)/);
    half.destroy();
    silent.close();
    await proxy.close();
  });

  it('closes plain clients so that they are back by themselves once a node listens again, and they miss nothing', async () => {
    const [conversation] = await openConversations(node.url, 1, 2);
    if (!conversation) throw new Error('There is no conversation.');
    const rest = await restOf(node.url, conversation);
    await rest.send(conversation.id, { content: 'before' });
    const token = await hostToken(conversation.people[1] ?? { externalId: '', name: '' });
    // All of its defaults: polling first, and its own way of coming back.
    const sockets = [io(node.url, { auth: { token } }), io(node.url, { auth: { token }, transports: ['polling'] })];
    const readies = sockets.map((socket) => {
      const count = { ready: 0 };
      socket.on('ready', () => {
        count.ready += 1;
      });
      return count;
    });
    await eventually('all are connected', () => readies.every(({ ready }) => ready === 1));
    const { version } = await rest.conversation(conversation.id);
    const port = Number(new URL(node.url).port);
    expect(await terminated(node)).toEqual(CLEAN);
    await eventually('all are cut off', () => sockets.every((socket) => !socket.connected));
    expect(sockets.every((socket) => socket.active)).toBe(true);
    await node.stop();
    node = await store.startNode({}, port);
    await rest.send(conversation.id, { content: 'while they were away, perhaps' });
    await eventually('all are back', () => readies.every(({ ready }) => ready === 2));
    for (const socket of sockets) {
      const question = { conversations: { [conversation.id]: { version, receipts: 0 } } };
      const answer = await (socket as Socket).emitWithAck('sync', question);
      expect(answer.conversations[conversation.id].messages.map(({ content }: { content: string }) => content)).toEqual(
        ['while they were away, perhaps'],
      );
      socket.disconnect();
    }
  });

  it('is reported by /health/ready first, while everything else goes on; then the port closes; then clients are notified', async () => {
    await node.stop();
    node = await store.startNode({ DRAIN_NOTICE_MS: '3000' });
    const [conversation] = await openConversations(node.url, 1, 1);
    if (!conversation) throw new Error('There is no conversation.');
    const token = await hostToken(conversation.people[0] ?? { externalId: '', name: '' });
    const client = await ScriptedClient.connect(node.url, token);
    const told = client.waitFor('server:draining');
    const send = (content: string) =>
      client.command('message:send', { conversationId: conversation.id, content, clientMessageId: undefined as never });
    const stopped = terminated(node);
    await eventually('it is not ready', async () => (await statusOf(`${node.url}/health/ready`)) === 503);
    expect(await statusOf(`${node.url}/Health/ready/?from=balancer`)).toBe(503);
    // It serves on, but accepts no sockets.
    expect(client.named('server:draining')).toEqual([]);
    expect(await statusOf(`${node.url}/health/live`)).toBe(200);
    expect(await statusOf(`${node.url}/api/users/me`, { authorization: `Bearer ${token}` })).toBe(200);
    const refused = await fetch(`${node.url}/socket.io/?EIO=4&transport=polling`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^[1-5]$/)]);
    expect((await refused.json()).error).toMatchObject({ code: 'draining', retryable: true });
    expect(await send('during the notice')).toMatchObject({ success: true });
    await told;
    expect(await statusOf(`${node.url}/health/live`)).toBeNull();
    // A command that comes now is not left unanswered.
    const answer = await send('after the farewell');
    expect(answer).toMatchObject({ success: false, error: { code: 'draining', retryable: true } });
    if (!answer.success) expect(answer.error.clientMessageId).toMatch(/^[0-9a-f-]{36}$/);
    await client.waitFor('server:closing');
    expect(await stopped).toEqual(CLEAN);
  });
});

describe('G9: SIGTERM while the database keeps sends waiting', () => {
  it('waits for them: each is answered as if nothing had happened, over REST and on a socket', async () => {
    const cluster = await PostgresCluster.start();
    const DATABASE_URL = await cluster.createDatabase('waiting');
    const node = await ParleyNode.start({ env: { RATE_LIMITS: 'off', DATABASE_URL } });
    const [conversation] = await openConversations(node.url, 1, 2);
    if (!conversation) throw new Error('There is no conversation.');
    const rest = await restOf(node.url, conversation);
    const client = await ScriptedClient.connect(
      node.url,
      await hostToken(conversation.people[1] ?? { externalId: '', name: '' }),
    );
    const other = await cluster.connect('waiting');
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE', [conversation.id]);
    const overRest = rest.send(conversation.id, { content: 'over REST' });
    const onSocket = client.command('message:send', { conversationId: conversation.id, content: 'on a socket' });
    await eventually('both wait for the lock', async () => {
      const { rows } = await other.query('SELECT count(*) FROM pg_locks WHERE NOT granted');
      return Number(rows[0].count) > 0;
    });
    const stopped = terminated(node);
    await client.waitFor('server:draining');
    await other.query('COMMIT');
    expect(await overRest).toMatchObject({ content: 'over REST' });
    expect(await onSocket).toMatchObject({ success: true });
    expect(await stopped).toEqual(CLEAN);
    await other.end();
    await node.stop();
    await cluster.stop();
  });
});
