import { setTimeout as sleep } from 'node:timers/promises';
import {
  cpuSeconds,
  cpuSecondsOfFamily,
  hostToken,
  LeanSocket,
  type PostgresCluster,
  RestClient,
  ScriptedClient,
} from '@parley/testkit';
import type { Seat, Target } from './load-protocol.js';
import { StatementCounts } from './statement-counts.js';
import { type Subject, startSubject } from './subjects.js';

/** Groups of fifty, in each of which the two listeners are as well. */
const MEMBERS = 50;
/** How long somebody stays, and how long they stay away. */
const HALF_MS = 500;
const SECONDS = 60;

export interface PresenceFigures {
  users: number;
  seconds: number;
  /** All of them together. */
  connectionsPerSecond: number;
  failed: number;
  /** Of each listener. */
  listeners: { events: number; mostInASecond: number; mostOfAUser: number }[];
  /** Statements of all nodes together. */
  statementsPerSecond: number;
  presenceStatementsPerSecond: number;
  /** Shares of a core. */
  cpu: { nodes: number[]; postgres: number; redis: number; load: number };
}

/** What presence costs two nodes whose users come and go every second, each time at the other node. */
export async function measurePresence(users: number, cluster: PostgresCluster): Promise<PresenceFigures> {
  const counts = await StatementCounts.start(cluster);
  const layout = { conversations: Math.ceil(users / MEMBERS), members: MEMBERS, senders: 0 };
  const server = await startSubject('d', { layout, cluster, profileDirectory: null });
  const listeners = await listenersOf(server);
  try {
    const before = await counts.read();
    const cpuBefore = cpuOf(server);
    const load = await comeAndGo(server);
    const cpu = cpuOf(server);
    const after = await counts.read();
    const share = (of: (each: ReturnType<typeof cpuOf>) => number) => (of(cpu) - of(cpuBefore)) / load.seconds;
    return {
      users: server.seats.length,
      seconds: load.seconds,
      connectionsPerSecond: load.connections / load.seconds,
      failed: load.failed,
      listeners: listeners.map(eventsOf),
      statementsPerSecond: (after.all - before.all) / load.seconds,
      presenceStatementsPerSecond: (after.presence - before.presence) / load.seconds,
      cpu: {
        nodes: cpu.nodes.map((_, i) => share(({ nodes }) => nodes[i] ?? 0)),
        postgres: share(({ postgres }) => postgres),
        redis: share(({ redis }) => redis),
        load: share((each) => each.load),
      },
    };
  } finally {
    for (const listener of listeners) listener.close();
    await counts.stop();
    await server.stop();
  }
}

/** One at each node, in every group, as browsers would listen. */
async function listenersOf({ targets, seats }: Subject): Promise<ScriptedClient[]> {
  const urls = targets.map(({ host, port }) => `http://${host}:${port}`);
  const memberIds = urls.map((_, i) => ({ externalId: `listener-${i}`, name: `Listener ${i}` }));
  for (const [group, id] of [...new Set(seats.map(({ conversationId }) => conversationId))].entries()) {
    const creator = { externalId: `person-${group}-0`, name: `Person ${group} 0` };
    const rest = new RestClient(urls[0] ?? '', await hostToken(creator, undefined, { provision: true }));
    await rest.addMembers(id, memberIds);
  }
  return Promise.all(
    urls.map(async (url, i) => ScriptedClient.connect(url, await hostToken(memberIds[i] ?? { externalId: '' }))),
  );
}

/** All users, evenly over each second. */
async function comeAndGo({ targets, seats }: Subject) {
  const load = { connections: 0, failed: 0, seconds: 0 };
  const from = performance.now();
  const until = from + SECONDS * 1_000;
  const live = async (seat: Seat, place: number) => {
    await sleep((2 * HALF_MS * place) / seats.length);
    for (let visit = seat.node; performance.now() < until; visit += 1) {
      await stay(targets[visit % targets.length] as Target, seat).then(
        () => (load.connections += 1),
        () => (load.failed += 1),
      );
      await sleep(HALF_MS);
    }
  };
  await Promise.all(seats.map(live));
  load.seconds = (performance.now() - from) / 1_000;
  return load;
}

async function stay(target: Target, { auth }: Seat): Promise<void> {
  const nothing = () => undefined;
  const socket = await LeanSocket.connect({ ...target, auth }, { onEvent: nothing, onAck: nothing, onClosed: nothing });
  await sleep(HALF_MS);
  socket.close();
}

function eventsOf(listener: ScriptedClient) {
  const events = listener.events.filter(({ name }) => name.startsWith('status:'));
  const most = (groups: Map<unknown, unknown[]>) => Math.max(0, ...[...groups.values()].map(({ length }) => length));
  return {
    events: events.length,
    mostInASecond: most(Map.groupBy(events, ({ at }) => Math.floor(at / 1_000))),
    mostOfAUser: most(Map.groupBy(events, ({ payload }) => (payload as { userId: string }).userId)),
  };
}

function cpuOf({ watch: { servers, database, redis } }: Subject) {
  const { user, system } = process.cpuUsage();
  return {
    nodes: servers.map(cpuSeconds),
    postgres: database === null ? 0 : cpuSecondsOfFamily(database),
    redis: redis === null ? 0 : cpuSeconds(redis),
    load: (user + system) / 1e6,
  };
}
