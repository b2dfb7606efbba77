import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { PeopleRepository } from '../src/modules/presence/people.repository.js';
import { PresenceRepository } from '../src/modules/presence/presence.repository.js';
import { PresenceTracker } from '../src/modules/presence/presence-tracker.js';
import { manyGroups, manyUsers } from './masses.js';
import type { TestNode } from './node.js';
import { pairOfNodes } from './pair-of-nodes.js';
import { aPerson, type Person } from './people.js';

const USERS = 1_000;
const SECONDS = 12;
const GROUP = 50;

const pair = pairOfNodes();

/** Counts the queries that presence makes on a node. */
function countQueries(node: TestNode) {
  const [presence, people] = [node.node.app.get(PresenceRepository), node.node.app.get(PeopleRepository)];
  const spies = {
    stores: jest.spyOn(presence, 'store'),
    looks: jest.spyOn(people, 'changedWithin'),
    audiences: jest.spyOn(people, 'audiences'),
  };
  return () => ({
    stores: spies.stores.mock.calls.length,
    looks: spies.looks.mock.calls.length,
    audiences: spies.audiences.mock.calls.length,
  });
}

/** Somebody with a socket, in groups of fifty with each of these. */
async function aListener(node: TestNode, ids: readonly string[]) {
  const listener = await aPerson(node);
  for (let at = 0; at < ids.length; at += GROUP) {
    const members = ids.slice(at, at + GROUP).map((id) => ({ id }) as Person);
    await manyGroups(node, [listener, ...members], 1);
  }
  return listener.connect();
}

/** Events of presence by the user whom they are about. */
function countsByUser(heard: readonly { name: string; payload: unknown }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name, payload } of heard) {
    if (!name.startsWith('status:')) continue;
    const { userId } = payload as { userId: string };
    counts.set(userId, (counts.get(userId) ?? 0) + 1);
  }
  return counts;
}

describe('many who come and go', () => {
  it('S2.26 A31: a thousand users who come and go, or look away and back, every second on two nodes: of the first one event each is told, of the others three at most', async () => {
    const [one, other] = pair.nodes as [TestNode, TestNode];
    const ids = await manyUsers(one, USERS);
    const [comers, lookers] = [ids.slice(0, USERS / 2), ids.slice(USERS / 2)];
    const listeners = [await aListener(one, ids), await aListener(other, ids)];
    const counts = pair.nodes.map(countQueries);
    const trackers = pair.nodes.map((node) => node.node.app.get(PresenceTracker)) as [PresenceTracker, PresenceTracker];
    const began = performance.now();
    for (const id of lookers) trackers[0].came(id);
    for (let second = 0; second < SECONDS; second += 1) {
      const tracker = trackers[second % 2] as PresenceTracker;
      for (const id of comers) tracker.came(id);
      for (const id of lookers) trackers[0].idle(id, true);
      await sleep(500);
      for (const id of comers) tracker.left(id, false);
      for (const id of lookers) trackers[0].idle(id, false);
      await sleep(500);
    }
    const eventsOf = (socket: (typeof listeners)[number]) => countsByUser(socket.heard);
    for (const id of comers) trackers[1].came(id);
    await eventually('all are told', () => listeners.every((socket) => eventsOf(socket).size === USERS));
    const seconds = (performance.now() - began) / 1_000;
    const most = comers.length + 3 * lookers.length;
    for (const byUser of listeners.map(eventsOf)) {
      expect(comers.filter((id) => byUser.get(id) !== 1)).toEqual([]);
      expect(lookers.filter((id) => (byUser.get(id) ?? 0) > 3)).toEqual([]);
    }
    for (const queries of counts.map((count) => count())) {
      expect(queries.stores).toBeLessThanOrEqual(5 * seconds);
      expect(queries.looks).toBeLessThanOrEqual(12 * seconds);
      expect(queries.audiences).toBeLessThanOrEqual(queries.looks + (2 * most) / 200);
    }
    const [online] = await one.rows<{ count: number }>(sql`
      SELECT count(*)::int AS count FROM users WHERE status = 'online' AND NOT is_away`);
    expect(online?.count).toBe(USERS + listeners.length);
    for (const socket of listeners) socket.close();
  });
});
