import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '@parley/protocol';
import {
  bareEnvironment,
  Child,
  freePort,
  freshDirectory,
  hostToken,
  ParleyNode,
  type PostgresCluster,
  RedisServer,
  RestClient,
} from '@parley/testkit';
import type { Seat, Target, WatchedProcesses } from './load-protocol.js';

export const SUBJECTS = {
  a: 'bare Socket.IO, no database',
  b: 'Parley on Postgres',
  c: 'Parley embedded',
  d: 'two nodes of Parley on Postgres with Redis',
  w: 'Parley on Postgres with two workers',
} as const;

export type SubjectLetter = keyof typeof SUBJECTS;

/** A running server with everything that the load needs to know about it. */
export interface Subject {
  targets: Target[];
  watch: WatchedProcesses;
  seats: Seat[];
  /** All that the first server has printed so far. */
  log(): string;
  stop(): Promise<void>;
}

export interface Layout {
  conversations: number;
  /** Members of each, one connection a member. */
  members: number;
  /** Senders of each, among its members. */
  senders: number;
}

export interface SubjectOptions {
  layout: Layout;
  /** For Postgres: null where no subject needs it. */
  cluster: PostgresCluster | null;
  /** Where to write a V8 processor profile of the server when it ends. */
  profileDirectory: string | null;
  /** For the server's `node`, before the script. */
  nodeArguments?: string[];
  /** Another build's compiled `main.js`, where it is not to be this one's. */
  server?: string;
  /** Settings of the server besides those of the benchmark. */
  env?: Record<string, string>;
}

const MEMBERS_AT_ONCE = LIMITS.membersPerRequest - 1;

export async function startSubject(letter: SubjectLetter, given: SubjectOptions): Promise<Subject> {
  if (letter === 'a') return startBare(given);
  const options = letter === 'w' ? { ...given, env: { WORKERS: '2', ...given.env } } : given;
  const cluster = letter === 'c' ? null : options.cluster;
  const redis = letter === 'd' ? await RedisServer.start() : null;
  const database = cluster ? await cluster.createDatabase(`bench_${randomUUID()}`) : null;
  const nodes: ParleyNode[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis?.close();
  };
  try {
    while (nodes.length < (redis ? 2 : 1)) nodes.push(await startNode(database, redis, options));
    const [first] = nodes as [ParleyNode];
    return {
      targets: nodes.map((node) => targetOf(node.url)),
      watch: { servers: nodes.map(({ pid }) => pid), database: cluster?.pid ?? null, redis: redis?.pid ?? null },
      // Of every conversation half the members, senders among them, are on each node.
      seats: (await provision(first.url, options.layout)).map((seat, i) => ({ ...seat, node: i % nodes.length })),
      log: () => first.log(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startNode(
  database: string | null,
  redis: RedisServer | null,
  { profileDirectory, nodeArguments = [], server, env }: SubjectOptions,
): Promise<ParleyNode> {
  return ParleyNode.start({
    server,
    env: {
      RATE_LIMITS: 'off',
      ...(database && { DATABASE_URL: database }),
      ...(redis && {
        REDIS_URL: redis.url,
        JWT_SECRET: 'common to the nodes of the benchmark',
        FILES_SHARED: 'yes',
      }),
      ...env,
    },
    nodeArguments: [...profileArguments(profileDirectory), ...nodeArguments],
  });
}

async function startBare({ layout, profileDirectory, nodeArguments = [] }: SubjectOptions): Promise<Subject> {
  const port = await freePort();
  const logs = freshDirectory('bare');
  const child = new Child({
    command: process.execPath,
    args: [
      ...profileArguments(profileDirectory),
      ...nodeArguments,
      fileURLToPath(import.meta.resolve('./bare-server.js')),
    ],
    env: { ...bareEnvironment(), PORT: String(port) },
    logFile: join(logs, 'bare.log'),
  });
  await sleep(1000);
  if (child.exit !== null) throw new Error(`The bare server ended at its start:\n${child.log()}`);
  const stop = async () => {
    await child.end('SIGTERM');
    rmSync(logs, { recursive: true, force: true });
  };
  const watch = { servers: [child.pid], database: null, redis: null };
  const targets = [{ host: '127.0.0.1', port }];
  return { targets, watch, seats: inventedSeats(layout), log: () => child.log(), stop };
}

/** For a server that believes what it is told. */
export function inventedSeats(layout: Layout): Seat[] {
  return Array.from({ length: layout.conversations }, () => {
    const conversationId = randomUUID();
    return Array.from({ length: layout.members }, (_, member) => ({
      auth: { conversationId, userId: randomUUID() },
      conversationId,
      sends: member < layout.senders,
      node: 0,
    }));
  }).flat();
}

/** People are created by the first sight of their tokens, the conversations over REST. */
async function provision(url: string, layout: Layout): Promise<Omit<Seat, 'node'>[]> {
  const seats: Omit<Seat, 'node'>[] = [];
  for (let index = 0; index < layout.conversations; index += 1) {
    const [creator, ...others] = Array.from({ length: layout.members }, (_, member) => ({
      externalId: `person-${index}-${member}`,
      name: `Person ${index} ${member}`,
    }));
    if (!creator) throw new Error('A conversation has at least one member.');
    const rest = new RestClient(url, await hostToken(creator, undefined, { provision: true }));
    const memberIds = others.splice(0, MEMBERS_AT_ONCE);
    const everybody = [creator, ...memberIds, ...others];
    const { id } = await rest.createConversation({ type: 'group', name: `Group ${index}`, memberIds });
    while (others.length > 0) await rest.addMembers(id, others.splice(0, MEMBERS_AT_ONCE));
    for (const [member, person] of everybody.entries()) {
      seats.push({ auth: { token: await hostToken(person) }, conversationId: id, sends: member < layout.senders });
    }
  }
  return seats;
}

function profileArguments(directory: string | null): string[] {
  return directory === null ? [] : ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${directory}`];
}

function targetOf(url: string): Target {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
