import { Agent } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, hostToken, type ParleyNode } from '@parley/testkit';
import { io, type ManagerOptions, type Socket } from 'socket.io-client';
import { ENGINES, type Store } from './engines.js';
import { type FloodedConversation, openConversations, restOf } from './flood.js';

const WEBSOCKET = { transports: ['websocket'] };
/** Each request on a connection of its own, as through a proxy. */
const POLLING = { transports: ['polling'], agent: new Agent({ keepAlive: false }) as never };
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** A plain client that comes back by itself, and asks then for what it has missed. */
class Reader {
  readonly versions: number[] = [];
  private readonly socket: Socket;
  private isReady = false;

  constructor(
    url: string,
    token: string,
    { conversationId, options }: { conversationId: string; options: Partial<ManagerOptions> },
  ) {
    this.socket = io(url, { auth: { token }, forceNew: true, reconnectionDelay: 50, ...options });
    this.socket.on('message:new', ({ version }: { version: number }) => void this.versions.push(version));
    this.socket.on('disconnect', () => {
      this.isReady = false;
    });
    this.socket.on('ready', async () => {
      const last = this.versions.at(-1);
      if (last !== undefined) await this.catchUp(conversationId, last);
      this.isReady = this.socket.connected;
    });
  }

  get isHere(): boolean {
    return this.isReady;
  }

  /** The number of the worker that has its session. */
  get worker(): number {
    return Number.parseInt((this.socket.io.engine as unknown as { id: string }).id, 10);
  }

  get isOnWebSocket(): boolean {
    return this.socket.io.engine.transport.name === 'websocket';
  }

  say(conversationId: string, content: string): Promise<{ success: boolean }> {
    const clientMessageId = crypto.randomUUID();
    return this.socket.emitWithAck('message:send', { conversationId, content, clientMessageId });
  }

  close(): void {
    this.socket.disconnect();
  }

  private async catchUp(id: string, version: number): Promise<void> {
    const question = { conversations: { [id]: { version, receipts: 0 } } };
    // Cut off again it asks again, once it is back.
    const answer = await this.socket.emitWithAck('sync', question).catch(() => null);
    const missed: { version: number }[] = answer?.conversations[id]?.messages ?? [];
    const heard = new Set(this.versions);
    const unheard = missed.map((message) => message.version).filter((each) => !heard.has(each));
    // Before what has come since.
    this.versions.splice(this.versions.indexOf(version) + 1, 0, ...unheard);
  }
}

describe('WORKERS=2: two nodes behind one port', () => {
  let store: Store;
  let node: ParleyNode;
  let conversation: FloodedConversation;
  let readers: Reader[];

  beforeAll(async () => {
    store = await (ENGINES[1] as (typeof ENGINES)[number]).open();
    node = await store.startNode({ WORKERS: '2', LOG_LEVEL: 'info' });
    // The first worker is ready before the others begin.
    await eventually('all workers are ready', () => node.log().includes('Parley is ready'));
    [conversation] = (await openConversations(node.url, 1, 9)) as [FloodedConversation];
    const tokens = await Promise.all(conversation.people.map((person) => hostToken(person)));
    const ways = [WEBSOCKET, POLLING, {}];
    readers = tokens.map(
      (token, i) =>
        new Reader(node.url, token, { conversationId: conversation.id, options: ways[i % ways.length] ?? {} }),
    );
    await allHere();
  });

  afterAll(async () => {
    for (const reader of readers) reader.close();
    await node.stop();
    await store.close();
  });

  const allHere = () => eventually('everybody is here', () => readers.every(({ isHere }) => isHere));

  /** Which worker answers on a new connection. */
  async function answering(): Promise<number | undefined> {
    const answer = await fetch(`${node.url}/health/ready`, { headers: { connection: 'close' } }).catch(() => null);
    return ((await answer?.json()) as { details?: { worker?: number } } | undefined)?.details?.worker;
  }

  /** The latest process of a worker. */
  function processOf(number: number): number {
    const lines = node
      .log()
      .split('\n')
      .filter((line) => line.includes('a worker is ready'));
    const ready = lines.map((line) => JSON.parse(line) as { number: number; pid: number });
    return ready.findLast((each) => each.number === number)?.pid ?? 0;
  }

  async function expectWhole(): Promise<void> {
    const { version } = await (await restOf(node.url, conversation)).conversation(conversation.id);
    await eventually('everybody has heard everything', () =>
      readers.every(({ versions }) => (versions.at(-1) ?? 0) >= version),
    );
    for (const { versions } of readers) expect(versions).toEqual(range(versions[0] ?? 1, version));
  }

  it('S2.17 G3: whoever has their session where, and polls on whichever connection: all hear one order', async () => {
    expect(new Set(readers.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
    // Those that may, also through the worker that does not have their session.
    await eventually('upgrades are through', () => readers.every((reader, i) => i % 3 === 1 || reader.isOnWebSocket));
    for (const round of range(1, 10)) {
      const sent = await Promise.all(readers.map((reader, i) => reader.say(conversation.id, `${round} ${i}`)));
      expect(sent.every(({ success }) => success)).toBe(true);
    }
    await expectWhole();
  });

  /** What is answered to these bytes on a connection of their own. */
  function answerTo(bytes: string): Promise<string> {
    const { port } = new URL(node.url);
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
      socket.setEncoding('latin1').on('data', (data: string) => {
        answer += data;
      });
      socket.on('end', () => resolve(answer)).on('error', reject);
    });
  }

  it('hands over one request as one, whatever its head says and whatever comes behind it', async () => {
    const path = '/socket.io/?EIO=4&transport=polling';
    const open = async () => (await (await fetch(`${node.url}${path}`)).text()).match(/"sid":"([^"]+)"/)?.[1] ?? '';
    const sid = await open();
    const unknown = `${sid[0]}_${'a'.repeat(20)}`;
    const hidden = `POST ${path}&sid=${sid} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1`;
    const head = (more: string) =>
      `GET ${path}&sid=${unknown} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more}\r\n\r\n`;
    const chunks = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
    const before = [processOf(1), processOf(2)];
    // Every second connection comes in at the worker that does not have the session.
    for (let times = 0; times < 4; times += 1) {
      expect(await answerTo(head('Trailer: x'))).toMatch(/^HTTP\/1\.1 400 .*Session ID unknown/s);
      expect(await answerTo(`${head('Transfer-Encoding: chunked')}${chunks}`)).toMatch(/^HTTP\/1\.1 400 /);
    }
    const alive = await fetch(`${node.url}${path}&sid=${sid}`, { method: 'POST', body: '3' });
    expect(alive.status).toBe(200);
    expect([processOf(1), processOf(2)]).toEqual(before);
  });

  it('G4: kill -9 of a worker is the death of a node: the others go on, its people miss nothing, and it is started again', async () => {
    const [first, other] = [processOf(1), processOf(2)];
    process.kill(first, 'SIGKILL');
    const speaker = readers.find(({ worker }) => worker === 2) as Reader;
    // What it sends may go through the worker that is dead, and be lost with it.
    for (const round of range(1, 5)) {
      const said = await eventually('it is said', () =>
        speaker.say(conversation.id, `after the kill, ${round}`).catch(() => null),
      );
      expect(said).toMatchObject({ success: true });
    }
    await eventually('the worker is there again', async () => (await answering()) === 1);
    expect(processOf(1)).not.toBe(first);
    expect(processOf(2)).toBe(other);
    await allHere();
    expect(await speaker.say(conversation.id, 'to all')).toMatchObject({ success: true });
    await expectWhole();
  });

  it('G9: SIGTERM ends them all in order', async () => {
    expect(await node.terminate()).toEqual({ code: 0, signal: null });
    for (const number of [1, 2]) expect(() => process.kill(processOf(number), 0)).toThrow('ESRCH');
  });
});
