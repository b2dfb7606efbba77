import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import type { TestNode } from './node.js';
import { at, hears, missesRedis, pairOfNodes } from './pair-of-nodes.js';
import { groupOf, type Person, people, succeeded } from './people.js';
import type { TestSocket } from './test-socket.js';

const pair = pairOfNodes();
const one = () => pair.nodes[0] as TestNode;
const other = () => pair.nodes[1] as TestNode;
const allHear = () => Promise.all(pair.nodes.map(hears));
const allMiss = () => Promise.all(pair.nodes.map(missesRedis));
const TRIES = Array.from({ length: 20 }, (_, i) => i);

/** That a socket which has been told of the conversation hears what is said in it, without a gap. */
async function expectToFollow(socket: TestSocket, id: string, owner: Person): Promise<void> {
  await socket.first('conversation:created', ({ conversation }) => conversation.id === id);
  const { version } = await owner.say(id, 'hello');
  await socket.reaches(id, version);
  const versions = socket.versions(id);
  expect(versions).toEqual(versions.map((_, i) => (versions[0] ?? 0) + i));
  socket.close();
}

describe.each([
  ['up', allHear],
  ['down', () => pair.redis.kill().then(allMiss)],
])('G4 G5: memberships that change elsewhere while Redis is %s', (how, before) => {
  beforeAll(before);
  afterAll(async () => {
    if (how === 'down') await pair.redis.start();
    await allHear();
  });

  it('a second socket of the same user that connects meanwhile hides nothing from the first', async () => {
    await Promise.all(
      TRIES.map(async (i) => {
        const [owner, someone] = (await people(one(), 2)) as [Person, Person];
        const user = at(other(), someone);
        const first = await user.connect();
        const making = groupOf(owner, [user]);
        await sleep(i % 20);
        const second = await user.connect();
        const id = await making;
        await expectToFollow(first, id, owner);
        second.close();
      }),
    );
  });

  it('nor does another member who connects there, and whose stream is past the joining', async () => {
    await Promise.all(
      TRIES.map(async (i) => {
        const [owner, someone, member] = (await people(one(), 3)) as [Person, Person, Person];
        const user = at(other(), someone);
        const id = await groupOf(owner, [member]);
        const first = await user.connect();
        const adding = owner.post(`/conversations/${id}/members`, { memberIds: [user.id] });
        await sleep(i % 15);
        const second = await at(other(), member).connect();
        succeeded(await adding);
        await expectToFollow(first, id, owner);
        second.close();
      }),
    );
  });

  it('who is removed and added again at once is back', async () => {
    await Promise.all(
      TRIES.map(async (i) => {
        const [owner, someone] = (await people(one(), 2)) as [Person, Person];
        const id = await groupOf(owner, [someone]);
        const socket = await at(other(), someone).connect();
        await sleep(i * 25);
        succeeded(await owner.delete(`/conversations/${id}/members/${someone.id}`));
        succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [someone.id] }));
        await socket.first('conversation:created', ({ conversation }) => conversation.id === id);
        const { version } = await owner.say(id, 'welcome back');
        await socket.reaches(id, version);
        expect(socket.versions(id).at(-1)).toBe(version);
        socket.close();
      }),
    );
  });

  it('a socket that left the conversation’s events gets none', async () => {
    const [owner, someone] = (await people(one(), 2)) as [Person, Person];
    const id = await groupOf(owner, [someone]);
    const socket = await at(other(), someone).connect();
    await socket.ask('conversation:leave', { conversationId: id });
    const later = await groupOf(owner, [someone]);
    await owner.say(id, 'not heard');
    await expectToFollow(socket, later, owner);
    expect(socket.versions(id)).toEqual([]);
  });

  it('F23: a change of a kind that this release does not know keeps no other conversation waiting', async () => {
    const [owner, someone] = (await people(one(), 2)) as [Person, Person];
    const strange = await groupOf(owner, [someone]);
    const plain = await groupOf(owner, [someone]);
    const socket = await at(other(), someone).connect();
    await one().rows(sql`
      WITH c AS (UPDATE conversations SET version = version + 1 WHERE id = ${strange} RETURNING version)
      INSERT INTO conversation_changes (conversation_id, version, kind, subject_id, actor_id, data)
      SELECT ${strange}::uuid, version, 'of tomorrow', null, ${owner.id}::uuid, '{}'::jsonb FROM c`);
    for (const text of ['one', 'two', 'three']) {
      const { version } = await owner.say(plain, text);
      await socket.reaches(plain, version);
    }
    expect(socket.versions(strange)).toEqual([]);
    socket.close();
  });
});
