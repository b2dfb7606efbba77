import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { createClient } from 'redis';
import { Reconciler } from '../src/realtime/hub/reconciler.js';
import { startOn, type TestNode } from './node.js';
import { at, hears, pairOfNodes } from './pair-of-nodes.js';
import { aPerson, directOf, groupOf, Person } from './people.js';
import { freshDatabase } from './test-database.js';
import type { TestSocket } from './test-socket.js';

const pair = pairOfNodes();
const one = () => pair.nodes[0] as TestNode;
const other = () => pair.nodes[1] as TestNode;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Somebody who may listen and publish in our Redis, and knows nothing else. */
class Stranger {
  readonly heard: { channel: string; message: string }[] = [];

  private constructor(private readonly client: ReturnType<typeof createClient>) {}

  static async come(): Promise<Stranger> {
    const client = createClient({ url: pair.redis.url, RESP: 3 });
    // Where a test fails before they leave, Redis goes first.
    client.on('error', () => undefined);
    await client.connect();
    const stranger = new Stranger(client as never);
    await stranger.listen();
    return stranger;
  }

  /** To all channels that there are by now. */
  async listen(): Promise<void> {
    const channels = (await this.client.sendCommand(['PUBSUB', 'SHARDCHANNELS'])) as unknown as string[];
    for (const channel of channels.filter((each) => !each.includes('beat:')))
      await this.client.sSubscribe(channel, (message) => void this.heard.push({ channel, message }));
  }

  publish(channel: string, message: string): Promise<unknown> {
    return this.client.sPublish(channel, message);
  }

  leave(): void {
    this.client.destroy();
  }
}

async function aTalkAcross() {
  const owner = await aPerson(one());
  const member = at(other(), await aPerson(one()));
  const id = await groupOf(owner, [member]);
  const [here, there] = await Promise.all([owner.connect(), member.connect()]);
  return { id, owner, member, here, there };
}

/** Each way to make something of what was heard: another version, other words, another sender, another channel. */
function forgeries(message: string): string[] {
  const version = /"version":(\d+)/.exec(message)?.[1] ?? '0';
  const next = message.replaceAll(`"version":${version}`, `"version":${Number(version) + 1}`);
  return [
    next,
    next.slice(30),
    message.replace('hello', 'forged'),
    `ffffffff${next.slice(8)}`,
    next.replaceAll(`"version":${Number(version) + 1}`, '"version":900'),
    message.slice(0, -1),
  ];
}

describe('whoever may publish in Redis', () => {
  it('G3 G5: is not believed: what is forged from real messages is dropped, counted and reported once, and every true event arrives', async () => {
    const { id, here, there } = await aTalkAcross();
    const stranger = await Stranger.come();
    const before = await here.say(id, 'hello');
    const heard = await eventually('it was heard', () =>
      stranger.heard.find(({ message }) => message.includes('hello')),
    );
    for (const forged of forgeries(heard.message)) await stranger.publish(heard.channel, forged);
    for (const content of ['one', 'two', 'three']) await here.say(id, content);
    await there.reaches(id, before.version + 3);
    expect(there.versions(id)).toEqual(range(there.versions(id)[0] as number, before.version + 3));
    const contents = there.all('message:new').map(({ message }) => message.content);
    expect(contents).toEqual(['hello', 'one', 'two', 'three']);
    const said = other().logs.filter(({ msg }) => String(msg).includes('no node of this deployment has sent'));
    expect(said).toHaveLength(1);
    expect([here.ended, there.ended]).toEqual([null, null]);
    stranger.leave();
  });

  it('G3 G5: does no harm by publishing again what nodes have published, on the same channel or on others', async () => {
    const { id, owner, member, here, there } = await aTalkAcross();
    const stranger = await Stranger.come();
    await here.say(id, 'one');
    await owner.delete(`/conversations/${id}/members/${member.id}`);
    await there.first('member:removed');
    await owner.post(`/conversations/${id}/members`, { memberIds: [member.id] });
    // What is said before the other node has read where this begins is in the conversation as it begins there.
    await there.first('conversation:created');
    await here.say(id, 'two');
    await there.first('message:new', ({ message }) => message.content === 'two');
    await owner.delete(`/conversations/${id}/members/${member.id}`);
    const last = await here.say(id, 'three');
    await here.reaches(id, last.version);
    const heard = [...stranger.heard];
    expect(heard.length).toBeGreaterThan(4);
    const channels = [...new Set(heard.map(({ channel }) => channel))];
    for (const { channel, message } of heard)
      for (const each of new Set([channel, ...channels])) await stranger.publish(each, message);
    await other().node.app.get(Reconciler).reconcile();
    const again = await here.say(id, 'four');
    await here.reaches(id, again.version);
    expect(here.versions(id)).toEqual(range(here.versions(id)[0] as number, again.version));
    const said = there.all('message:new').filter(({ message }) => message.type !== 'system');
    expect(said.map(({ message }) => message.content)).toEqual(['one', 'two']);
    expect([here.ended, there.ended]).toEqual([null, null]);
    stranger.leave();
  });

  it('cannot make a user offline who is online, nor end a session anew, by what was once true', async () => {
    const user = await one().register(`u${randomUUID().slice(0, 8)}`);
    const bob = new Person(one(), user.id, user.username, user.token);
    const ann = at(other(), await aPerson(one()));
    await directOf(ann, bob);
    const listener = await ann.connect();
    const stranger = await Stranger.come();
    const first = await bob.connect();
    await listener.first('status:online', ({ userId }) => userId === bob.id);
    first.close();
    await listener.first('status:offline', ({ userId }) => userId === bob.id);
    const second = await bob.connect();
    await eventually('they are back', () => count(listener, 'status:online', bob) === 2);
    for (const { channel, message } of [...stranger.heard]) await stranger.publish(channel, message);
    // Whatever those did is over once a later word was heard.
    const cem = at(one(), await aPerson(one()));
    await directOf(ann, cem);
    const third = await cem.connect();
    await listener.first('status:online', ({ userId }) => userId === cem.id);
    expect(count(listener, 'status:offline', bob)).toBe(1);
    expect(second.ended).toBeNull();
    for (const socket of [second, third, listener]) socket.close();
    stranger.leave();
  });
});

const count = (socket: TestSocket, name: 'status:online' | 'status:offline', { id }: Person) =>
  socket.all(name).filter(({ userId }) => userId === id).length;

describe('a copy of the database beside the original, with the same secret and Redis', () => {
  it('is another deployment: neither receives the other’s messages, before and after its epoch is renewed', async () => {
    const { id, owner, here, there } = await aTalkAcross();
    const copy = await startOn(await freshDatabase(), {
      REDIS_URL: pair.redis.url,
      JWT_SECRET: 'common to the nodes of this test',
      FILES_SHARED: 'yes',
    });
    try {
      await hears(copy);
      const prefixes = async () => {
        const channels = (await pair.redis.command('PUBSUB', 'SHARDCHANNELS')) as string[];
        return new Set(channels.map((channel) => channel.split(':').slice(0, 2).join(':')));
      };
      expect((await prefixes()).size).toBe(2);
      const before = [...(await prefixes())];
      await copy.rows(sql`UPDATE deployment SET epoch = gen_random_uuid()`);
      const stranger = await copy.hostUser('stranger');
      const socket = await new Person(copy, stranger.id, stranger.username, stranger.token).connect();
      await eventually('it has become another', async () =>
        [...(await prefixes())].some((each) => !before.includes(each)),
      );
      await hears(copy);
      const { version } = await here.say(id, 'here');
      await there.reaches(id, version);
      expect(owner.id).not.toBe(stranger.id);
      socket.close();
    } finally {
      await copy.close();
    }
  });
});
