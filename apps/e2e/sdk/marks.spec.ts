import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ClientOptions, type ClientSocket, type ConversationView } from '@parley/client';
import { ParleyNode } from '@parley/testkit';
import { io, type Socket } from 'socket.io-client';
import { type Device, Person } from './person.js';
import { when } from './when.js';

interface Sent {
  name: string;
  seq: number;
}

describe('A client’s marks', () => {
  let node: ParleyNode;
  let ada: Person;
  let grace: Person;
  let id: string;
  let devices: Device[];

  beforeAll(async () => {
    node = await ParleyNode.start();
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

  const view = ({ client }: Device, matches: (item: ConversationView) => boolean) =>
    when(client.conversation(id), (item) => item !== null && matches(item));

  /** Notes the marks that are sent; the first ones are lost, and the connection with them. */
  function noting(lose = 0) {
    const sent: Sent[] = [];
    const openSocket = (url: string, options: object): ClientSocket => {
      const socket = io(url, options);
      const emit = socket.emit.bind(socket) as (...args: unknown[]) => Socket;
      return Object.assign(socket, {
        emit: (name: string, payload: Sent, acknowledge: (answer: unknown) => void) => {
          if (!/^message:(read|delivered)$/.test(name)) return emit(name, payload, acknowledge);
          sent.push({ name, seq: payload.seq });
          if (sent.length > lose) return emit(name, payload, acknowledge);
          socket.io.engine.close();
          return socket;
        },
      });
    };
    return { sent, openSocket };
  }

  it('S3.26 S3.28 report delivery to the sender by themselves, and reading by markRead', async () => {
    const one = await device(ada).online();
    const two = await device(grace).online();
    one.client.send(id, { content: 'hello' });
    await view(two, ({ unreadCount }) => unreadCount === 1);
    await view(one, ({ lastMessage }) => lastMessage?.status === 'delivered');
    two.client.markRead(id, 1);
    await view(one, ({ lastMessage }) => lastMessage?.status === 'read');
    await view(two, ({ unreadCount, lastReadSeq }) => unreadCount === 0 && lastReadSeq === 1);
    expect(await grace.rest.conversation(id)).toMatchObject({ unreadCount: 0, lastReadSeq: 1, lastDeliveredSeq: 1 });
  });

  it('S3.28 report the delivery of what arrived while this user was away', async () => {
    const one = await device(ada).online();
    one.client.send(id, { content: 'while you were out' });
    await one.shows(id, ['while you were out']);
    await device(grace).online();
    await view(one, ({ lastMessage }) => lastMessage?.status === 'delivered');
    expect(await grace.rest.conversation(id)).toMatchObject({ unreadCount: 1, lastReadSeq: 0, lastDeliveredSeq: 1 });
  });

  it('reach this user’s other devices', async () => {
    const [here, there] = [await device(grace).online(), await device(grace).online()];
    await ada.rest.send(id, { content: 'for both' });
    await Promise.all([here, there].map((each) => view(each, ({ unreadCount }) => unreadCount === 1)));
    await when(there.client.unread, ({ total }) => total > 0);
    here.client.markRead(id, 1);
    await view(there, ({ unreadCount, lastReadSeq }) => unreadCount === 0 && lastReadSeq === 1);
    expect((await grace.rest.conversation(id)).unreadCount).toBe(0);
  });

  it('of a flood are few, and the last one is there in the end', async () => {
    const { sent, openSocket } = noting();
    const two = await device(grace, { openSocket }).online();
    const ended = Promise.withResolvers<void>();
    two.client.on('message:new', ({ message }) => {
      two.client.markRead(id, message.seq);
      if (message.seq === 100) ended.resolve();
    });
    for (let n = 0; n < 100; n += 1) await ada.rest.send(id, { content: `${n}` });
    await ended.promise;
    await two.client.flush();
    await view(two, ({ lastReadSeq }) => lastReadSeq === 100);
    expect((await grace.rest.conversation(id)).lastReadSeq).toBe(100);
    expect(sent.at(-1)).toEqual({ name: 'message:read', seq: 100 });
    expect(sent.length).toBeLessThan(50);
  });

  it('are repeated when they are lost with the connection', async () => {
    const { sent, openSocket } = noting(2);
    await ada.rest.send(id, { content: 'hello' });
    const two = await device(grace, { openSocket }).online();
    await view(two, ({ lastSeq }) => lastSeq === 1);
    two.client.markRead(id, 1);
    await view(two, ({ lastReadSeq, unreadCount }) => lastReadSeq === 1 && unreadCount === 0);
    await two.client.flush();
    expect(sent.length).toBeGreaterThan(2);
    expect((await grace.rest.conversation(id)).unreadCount).toBe(0);
  });

  it('are sent when the client stops', async () => {
    const { openSocket } = noting();
    await ada.rest.send(id, { content: 'one' });
    const two = await device(grace, { openSocket }).online();
    await view(two, ({ lastSeq }) => lastSeq === 1);
    two.client.markRead(id, 1);
    await view(two, ({ lastReadSeq }) => lastReadSeq === 1);
    await ada.rest.send(id, { content: 'two' });
    await view(two, ({ lastSeq }) => lastSeq === 2);
    two.client.markRead(id, 2);
    await two.client.stop();
    let stands = await grace.rest.conversation(id);
    while (stands.lastReadSeq < 2) stands = await grace.rest.conversation(id);
    expect(stands).toMatchObject({ lastReadSeq: 2, unreadCount: 0 });
  });
});
