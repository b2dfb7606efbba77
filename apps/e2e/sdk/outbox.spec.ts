import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ClientOptions, type ClientSocket, memoryStorage } from '@parley/client';
import { ParleyNode } from '@parley/testkit';
import { io, type Socket } from 'socket.io-client';
import { type Device, Person } from './person.js';
import { when } from './when.js';

describe('A client’s outbox', () => {
  let node: ParleyNode;
  let ada: Person;
  let grace: Person;
  let id: string;
  let devices: Device[];

  beforeAll(async () => {
    node = await ParleyNode.start({ env: { MESSAGES_PER_SECOND: '200', MESSAGES_PER_MINUTE: '3000' } });
    ada = await Person.named('ada', node.url);
    grace = await Person.named('grace', node.url);
    devices = [];
  });

  beforeEach(async () => {
    id = (await ada.rest.createConversation({ type: 'group', name: 'Engines', memberIds: [grace.id] })).id;
  });

  afterEach(async () => {
    await Promise.all(devices.map(({ client }) => client.stop()));
    devices = [];
  });

  afterAll(async () => {
    await node.stop();
  });

  function device(person: Person, options: Partial<ClientOptions> = {}): Device {
    const made = person.device(options);
    devices.push(made);
    return made;
  }

  const stored = async (conversationId = id) => (await ada.rest.messages(conversationId)).map(({ content }) => content);
  const numbers = (count: number, name = 'm') => Array.from({ length: count }, (_, n) => `${name}${n}`);
  /** Once nothing waits in the list any more. */
  const emptied = async ({ client }: Device, conversationId = id) => {
    const list = client.messages(conversationId);
    await when(list, ({ items, isLoaded }) => isLoaded && items.every(({ kind }) => kind === 'stored'));
  };

  it('G2: delivers each message exactly once and in order while acknowledgements and connections are lost', async () => {
    const line = new UnreliableLine();
    const one = await device(ada, { openSocket: line.open }).online();
    const contents = numbers(12);
    for (const content of contents) one.client.send(id, { content });
    const stop = one.client.messages(id).subscribe(() => undefined);
    await when(one.client.connection, () => line.lostAcks >= 3);
    line.isReliable = true;
    one.client.retryNow();
    await one.shows(id, contents);
    await emptied(one);
    stop();
    expect(await stored()).toEqual(contents);
  });

  it('S3.29 S4.37 shows at once what is written while there is no connection, and sends it in order later', async () => {
    const one = device(ada);
    const contents = numbers(10);
    const keys = contents.map((content) => one.client.send(id, { content }));
    expect(await stored()).toEqual([]);
    await one.online();
    await one.shows(id, contents);
    await emptied(one);
    const { items } = one.client.messages(id).getSnapshot();
    expect(items.map(({ key }) => key)).toEqual(keys);
    expect(await stored()).toEqual(contents);
  });

  it('S1.25: sends 500 that wait at the pace of the limit: each stored once, in order, none shown as failed, and hardly one refused', async () => {
    const one = device(ada);
    const contents = numbers(500);
    const refusals: number[] = [];
    let mostFailed = 0;
    one.client.on('rate:limited', ({ retryAfterMs }) => refusals.push(retryAfterMs));
    one.client.sending.subscribe(() => {
      mostFailed = Math.max(mostFailed, one.client.sending.getSnapshot().failed);
    });
    for (const content of contents) one.client.send(id, { content });
    const began = performance.now();
    await one.online();
    await when(one.client.sending, ({ waiting }) => waiting === 0);
    // A tenth of a minute's at once, and the others at 50 a second.
    expect(performance.now() - began).toBeGreaterThan(((500 - 300) / 50) * 1_000 - 500);
    expect(await stored()).toEqual(contents);
    expect(mostFailed).toBe(0);
    expect(refusals.length).toBeLessThanOrEqual(1);
  });

  it('shows a message under one key from the moment of sending on, and never twice', async () => {
    const one = await device(ada).online();
    const list = one.client.messages(id);
    const views: string[] = [];
    const stop = list.subscribe(() => {
      const mine = list.getSnapshot().items.filter(({ key }) => key === sent);
      views.push(mine.map(({ kind }) => kind).join());
    });
    await when(list, ({ isLoaded }) => isLoaded);
    let sent = '';
    sent = one.client.send(id, { content: 'once' });
    await one.shows(id, ['once']);
    await emptied(one);
    stop();
    const kinds = views.slice(views.indexOf('pending'));
    expect([...new Set(kinds)]).toEqual(['pending', 'stored']);
    expect(kinds.lastIndexOf('pending')).toBeLessThan(kinds.indexOf('stored'));
  });

  it('S4.37 puts a refused message aside without blocking those behind it, and sends it again by resend', async () => {
    const one = await device(ada).online();
    const list = one.client.messages(id);
    const stop = list.subscribe(() => undefined);
    await when(list, ({ isLoaded }) => isLoaded);
    await one.client.archive(id, true);
    const refused = one.client.send(id, { content: 'refused' });
    const failed = await when(list, ({ items }) =>
      items.some((item) => item.kind === 'pending' && item.failure !== null),
    );
    expect(failed.items.at(-1)).toMatchObject({ key: refused, failure: { code: 'conflict' } });
    await one.client.archive(id, false);
    one.client.send(id, { content: 'after it' });
    await one.shows(id, ['after it']);
    one.client.resend(refused);
    await one.shows(id, ['refused']);
    const kinds = list.getSnapshot().items.filter(({ key }) => key === refused);
    expect(kinds).toMatchObject([{ kind: 'stored' }]);
    stop();
    expect((await stored()).filter((content) => content !== '')).toEqual(['after it', 'refused']);
  });

  it('drops a refused message by discard', async () => {
    const one = await device(ada).online();
    const key = one.client.send(id, { content: 'to nobody', replyToId: '019f0000-0000-7000-8000-000000000000' });
    const list = one.client.messages(id);
    const stop = list.subscribe(() => undefined);
    await when(list, ({ items }) => items.some((item) => item.kind === 'pending' && item.failure !== null));
    one.client.discard(key);
    expect(list.getSnapshot().items.filter((item) => item.key === key)).toEqual([]);
    stop();
    expect(await stored()).toEqual([]);
  });

  it('refuses by itself what would cost the connection', async () => {
    const one = await device(ada).online();
    one.client.send(id, { content: 'x'.repeat(300_000) });
    one.client.send(id, { content: 'short' });
    await one.shows(id, ['short']);
    expect(one.client.messages(id).getSnapshot().items).toContainEqual(
      expect.objectContaining({ kind: 'pending', failure: expect.objectContaining({ code: 'too_large' }) }),
    );
    expect(await stored()).toEqual(['short']);
  });

  it('S3.29 S4.37 sends with the next client what the last one left, and that it was sent is known to the first', async () => {
    const storage = memoryStorage();
    const first = device(ada, { storage });
    const contents = numbers(5);
    for (const content of contents) first.client.send(id, { content });
    await first.client.stop();
    const second = await device(ada, { storage }).online();
    await second.shows(id, contents);
    expect(await stored()).toEqual(contents);
    await emptied(second);
    expect(await storage.load()).toEqual([]);
    // The first one still has them in memory: the same ids, so nothing comes of it.
    await first.online();
    await first.shows(id, contents);
    await emptied(first);
    expect(await stored()).toEqual(contents);
  });

  it('of two devices of one user sends both, and both show all', async () => {
    const [one, two] = [await device(ada).online(), await device(ada).online()];
    for (const content of numbers(5, 'one ')) one.client.send(id, { content });
    for (const content of numbers(5, 'two ')) two.client.send(id, { content });
    const all = [...numbers(5, 'one '), ...numbers(5, 'two ')];
    await Promise.all([one.shows(id, all), two.shows(id, all)]);
    const kept = await stored();
    expect([...kept].sort()).toEqual(all.sort());
    expect(kept.filter((content) => content.startsWith('one'))).toEqual(numbers(5, 'one '));
    expect(kept.filter((content) => content.startsWith('two'))).toEqual(numbers(5, 'two '));
  });

  it('keeps conversations apart: one that is refused or slow holds up no other', async () => {
    const one = await device(ada).online();
    const others = await Promise.all(
      numbers(12).map((name) => ada.rest.createConversation({ type: 'group', name, memberIds: [grace.id] })),
    );
    for (const other of others) for (const content of numbers(3)) one.client.send(other.id, { content });
    await Promise.all(others.map((other) => one.shows(other.id, numbers(3))));
    for (const other of others) expect(await stored(other.id)).toEqual(numbers(3));
  });
});

/** Loses the acknowledgement of every second send, and with it the connection. */
class UnreliableLine {
  isReliable = false;
  lostAcks = 0;
  private sends = 0;

  readonly open = (url: string, options: object): ClientSocket => {
    const socket = io(url, options);
    const emit = socket.emit.bind(socket) as (...args: unknown[]) => Socket;
    return Object.assign(socket, {
      emit: (name: string, ...args: unknown[]) => {
        if (name !== 'message:send') return emit(name, ...args);
        this.sends += 1;
        const loses = this.sends % 2 === 0;
        const acknowledge = args.pop() as (answer: unknown) => void;
        return emit(name, ...args, (answer: unknown) => {
          if (this.isReliable || !loses) return acknowledge(answer);
          this.lostAcks += 1;
          socket.io.engine.close();
        });
      },
    });
  };
}
