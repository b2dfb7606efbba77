import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClientOptions } from '@parley/client';
import { eventually, freePort, ParleyNode } from '@parley/testkit';
import { io } from 'socket.io-client';
import { type Device, Person } from './person.js';
import { when } from './when.js';

describe('A client’s connection', () => {
  let node: ParleyNode;
  let dataDirectory: string;
  let ada: Person;
  let grace: Person;
  let devices: Device[];

  beforeAll(async () => {
    dataDirectory = await ParleyNode.directory();
    node = await ParleyNode.start({ dataDirectory, port: await freePort() });
    ada = await Person.named('ada', node.url);
    grace = await Person.named('grace', node.url);
    devices = [];
  });

  afterEach(async () => {
    await Promise.all(devices.map(({ client }) => client.stop()));
    devices = [];
  });

  afterAll(async () => {
    await node.stop();
    rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 10 });
  });

  function device(person: Person, options: Partial<ClientOptions> = {}): Device {
    const made = person.device(options);
    devices.push(made);
    return made;
  }

  /** Counts the sockets that are opened. */
  function counting() {
    const opened: unknown[] = [];
    const openSocket: ClientOptions['openSocket'] = (url, options) => {
      opened.push(options);
      return io(url, options);
    };
    return { opened, openSocket };
  }

  async function aGroup(): Promise<string> {
    return (await ada.rest.createConversation({ type: 'group', name: 'Engines', memberIds: [grace.id] })).id;
  }

  it('comes up: connecting, syncing, online, with all conversations', async () => {
    const id = await aGroup();
    const { client } = device(ada);
    const states: string[] = [];
    client.connection.subscribe(() => states.push(client.connection.getSnapshot().state));
    expect(client.connection.getSnapshot()).toMatchObject({ state: 'idle', userId: null });
    client.start();
    await when(client.connection, ({ state }) => state === 'online');
    expect([...new Set(states)]).toEqual(['connecting', 'syncing', 'online']);
    expect(client.connection.getSnapshot()).toMatchObject({ userId: ada.id, error: null });
    expect(client.connection.getSnapshot().limits?.contentBytes).toBeGreaterThan(0);
    expect(client.conversations.getSnapshot().isLoaded).toBe(true);
    expect(client.conversations.getSnapshot().items.map((item) => item.id)).toContain(id);
  });

  it('stops for good without a session, and comes up by start() after signing in', async () => {
    let token: string | null = null;
    const { client, asked } = device(ada, { getToken: () => Promise.resolve(token) });
    client.start();
    await when(client.connection, ({ state }) => state === 'unauthorized');
    token = ada.token;
    client.retryNow();
    await when(client.connection, ({ state }) => state === 'online');
    expect(asked).toEqual(['connect', 'connect']);
  });

  it('S4.36 renews its token in place before it ends', async () => {
    const { opened, openSocket } = counting();
    const lifetimes = [4, 86_400];
    const ends = Date.now() + 4_000;
    const { client, asked } = await device(ada, {
      openSocket,
      getToken: () => ada.newToken(lifetimes.shift()),
    }).online();
    await eventually('the first token has ended', () => Date.now() > ends + 1_000);
    expect(await client.request('GET', 'users/me')).toMatchObject({ id: ada.id });
    expect(client.connection.getSnapshot().state).toBe('online');
    expect(asked).toEqual(['connect', 'expiring']);
    expect(opened).toHaveLength(1);
  });

  it('S4.36 comes back with another token where the old one ended', async () => {
    const { opened, openSocket } = counting();
    const { client, asked } = await device(ada, {
      openSocket,
      getToken: async (reason) => {
        if (reason === 'expiring') throw new Error('the identity provider is away');
        return ada.newToken(reason === 'connect' ? 3 : 86_400);
      },
    }).online();
    await when(client.connection, ({ state }) => state !== 'online');
    expect(client.connection.getSnapshot().error?.code).toBe('token_expired');
    await when(client.connection, ({ state }) => state === 'online');
    expect(asked).toEqual(['connect', 'expiring', 'refused']);
    expect(opened).toHaveLength(2);
  });

  it('brings another token where the handshake refused the first one', async () => {
    const { asked } = await device(ada, {
      getToken: (reason) => (reason === 'refused' ? ada.newToken() : Promise.resolve('garbage')),
    }).online();
    expect(asked).toEqual(['connect', 'refused']);
  });

  it('replaces the token of a request once, and shares it with all', async () => {
    const { client, asked } = device(ada, { getToken: (reason) => ada.newToken(reason === 'refused' ? 600 : -600) });
    const answers = await Promise.all([client.request('GET', 'users/me'), client.request('GET', '/users/me')]);
    expect(answers).toEqual(Array(2).fill(expect.objectContaining({ id: ada.id })));
    expect(asked).toEqual(['connect', 'refused']);
    await expect(client.request('GET', 'conversations/019f0000-0000-7000-8000-000000000000')).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('S4.11 S4.36 comes back after the server was killed, with what happened meanwhile', async () => {
    const id = await aGroup();
    const one = await device(ada).online();
    const other = await device(grace).online();
    one.client.send(id, { content: 'before' });
    await other.shows(id, ['before']);
    await node.kill();
    await Promise.all([one.is('offline'), other.is('offline')]);
    one.client.send(id, { content: 'while it was away' });
    node = await ParleyNode.start({ dataDirectory, port: Number(new URL(node.url).port) });
    await Promise.all([one.is('online'), other.is('online')]);
    one.client.send(id, { content: 'after' });
    await other.shows(id, ['before', 'while it was away', 'after']);
    const stored = await ada.rest.messages(id);
    expect(stored.map(({ content }) => content)).toEqual(['before', 'while it was away', 'after']);
  });

  it('is safe to start and stop in quick succession: one socket remains', async () => {
    const { opened, openSocket } = counting();
    const one = device(ada, { openSocket });
    for (let turn = 0; turn < 5; turn += 1) {
      one.client.start();
      void one.client.stop();
    }
    await one.online();
    expect(opened).toHaveLength(1);
  });

  it('calls listeners of events after the store has taken them', async () => {
    const id = await aGroup();
    const one = await device(ada).online();
    const other = await device(grace).online();
    const seen: (string | undefined)[] = [];
    const stop = other.client.on('message:new', () => {
      const item = other.client.conversation(id).getSnapshot();
      seen.push(item?.lastMessage?.content);
    });
    one.client.send(id, { content: 'hello' });
    await eventually('the message is heard', () => seen.length > 0);
    expect(seen).toEqual(['hello']);
    stop();
  });
});
