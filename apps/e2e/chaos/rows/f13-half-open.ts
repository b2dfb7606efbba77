import { readdirSync, readlinkSync } from 'node:fs';
import type { FleetNode } from '@parley/testkit';
import type { PlainClient } from '../plain-client.js';
import { PlainCrowd } from '../plain-crowd.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

/** Two conversations of a hundred people, the speakers included. */
const PLAIN = 198;
const OF_ONE = 99;
/** Of each conversation, by their places in it. */
const LOST = 50;
const WATCHING_FROM = 94;
/** Ping interval and timeout, and the time between two looks. */
const FREED_SECONDS = 25;
/** After that, the grace before a user counts as offline, and the turns in which it is stored and published. */
const TOLD_SECONDS = 40;
const BACK_SECONDS = 35;

/** F13: the network forgets all connections of a node, without a word to either side. */
export const halfOpen: Row = {
  id: 'F13',
  title: `all connections of a node left hanging without FIN, ${PLAIN} plain clients among them`,
  nodes: 2,
  check: { recovery: 10 },
  async run(stage) {
    const [first, second] = stage.fleet.nodes as [FleetNode, FleetNode];
    const crowd = await PlainCrowd.gather({
      url: stage.fleet.balancer.url,
      count: PLAIN,
      transports: stage.transports,
      urlOf: (place) => (place % OF_ONE < WATCHING_FROM ? first.url : second.url),
      optionsOf: (place) => (place % OF_ONE < LOST ? { reconnection: false } : {}),
    });
    try {
      crowd.speak();
      await stage.pass(3);
      await stage.fault('connections forgotten', { argument: first.name }, () => forgotten(stage, first, crowd));
      await stage.pass(6);
      await crowd.silence();
    } finally {
      crowd.close();
    }
  },
};

async function forgotten(stage: Stage, node: FleetNode, crowd: PlainCrowd): Promise<void> {
  const places = crowd.clients.map((client, place) => ({ client, place: place % OF_ONE }));
  const staying = places.filter(({ place }) => place >= LOST).map(({ client }) => client);
  const watching = places.filter(({ place }) => place >= WATCHING_FROM).map(({ client }) => client);
  const sockets = socketsOf(node);
  const held = node.front.connections;
  const began = performance.now();
  node.front.forget();
  const freed = await within(FREED_SECONDS, () => {
    const now = socketsOf(node);
    return [...sockets].filter((socket) => !now.has(socket)).length >= held;
  });
  stage.figure('half-open sockets', `${held}, freed in ${seconds(freed)}`);
  stage.must(freed !== null, `Not all of ${held} half-open sockets were freed in ${FREED_SECONDS} s.`);
  const told = await within(TOLD_SECONDS, () => watching.every((client: PlainClient) => client.gone.size >= LOST));
  stage.figure('who was lost with them', `told to be gone ${seconds(told)} later`);
  stage.must(told !== null, `Not everybody who was lost is offline after ${TOLD_SECONDS} s more.`);
  for (const fault of await crowd.faults(BACK_SECONDS, staying)) stage.must(false, fault);
  stage.figure('plain clients', `back and complete ${crowd.backWithin(began, staying).toFixed(0)} s after`);
}

/** The sockets that a process holds, by the kernel's own numbers. */
function socketsOf({ pid }: FleetNode): Set<string> {
  const found = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      if (target.startsWith('socket:')) found.add(target);
    } catch {
      // Closed meanwhile.
    }
  }
  return found;
}

/** Seconds until it holds; null where it does not within so many. */
async function within(most: number, holds: () => boolean): Promise<number | null> {
  const began = performance.now();
  for (;;) {
    const passed = (performance.now() - began) / 1_000;
    if (holds()) return passed;
    if (passed > most) return null;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const seconds = (passed: number | null): string => (passed === null ? 'never' : `${passed.toFixed(1)} s`);
