import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresCluster } from '@parley/testkit';
import { LoadGenerator } from './load-generator.js';
import type { Language } from './load-protocol.js';
import { type MemoryReading, READING } from './memory-reading.js';
import { type Layout, type Subject, startSubject } from './subjects.js';

/** Groups of 25, everybody connected once and silent. */
const MEMBERS = 25;
/** Two readings that differ by less are the same. */
const SAME = 0.005;
const MOST_READINGS = 60;

export interface IdleFigures {
  sockets: number;
  /** Bytes a socket. */
  resident: number;
  used: number;
  /** Seconds from the first connection to the last `ready`. */
  connecting: number;
}

export interface IdleComparison {
  bare: IdleFigures;
  parley: IdleFigures;
}

/** What a silent connection costs in memory: Parley's on Postgres beside bare Socket.IO's, with as many of them. */
export async function measureIdleSockets(sockets: number, cluster: PostgresCluster): Promise<IdleComparison> {
  return {
    bare: await measureIdle('a', { sockets, cluster, language: 'socketio' }),
    parley: await measureIdle('b', { sockets, cluster, language: 'socketio' }),
  };
}

interface IdleOptions {
  sockets: number;
  cluster: PostgresCluster;
  language: Language;
}

export async function measureIdle(letter: 'a' | 'b', options: IdleOptions): Promise<IdleFigures> {
  const { sockets, cluster, language } = options;
  const layout: Layout = { conversations: Math.ceil(sockets / MEMBERS), members: MEMBERS, senders: 0 };
  const nodeArguments = ['--expose-gc', '--import', import.meta.resolve('./memory-probe.js')];
  const server = await startSubject(letter, { layout, cluster, profileDirectory: null, nodeArguments });
  let generator: LoadGenerator | null = null;
  try {
    const before = await settled(server);
    const from = performance.now();
    const seats = server.seats.map((seat) => ({ ...seat, speaks: language }));
    generator = await LoadGenerator.start(1, server.targets, seats);
    const connecting = (performance.now() - from) / 1000;
    const after = await settled(server);
    // It rejects where a connection has been lost.
    await generator.measure(0, server.watch);
    const each = (figure: keyof MemoryReading) => (after[figure] - before[figure]) / seats.length;
    return { sockets: seats.length, resident: each('resident'), used: each('used'), connecting };
  } finally {
    generator?.stop();
    await server.stop();
  }
}

/** Reads until the server has come to rest. */
export async function settled(server: Subject): Promise<MemoryReading> {
  let last = await reading(server);
  for (let count = 2; count <= MOST_READINGS; count += 1) {
    await sleep(1000);
    const next = await reading(server);
    if (Math.abs(next.used - last.used) / last.used < SAME) return next;
    last = next;
  }
  return last;
}

async function reading(server: Subject): Promise<MemoryReading> {
  const known = readings(server).length;
  for (const pid of server.watch.servers) process.kill(pid, 'SIGUSR2');
  for (;;) {
    const found = readings(server)[known];
    if (found !== undefined) return JSON.parse(found.slice(READING.length)) as MemoryReading;
    await sleep(20);
  }
}

const readings = (server: Subject): string[] =>
  server
    .log()
    .split('\n')
    .filter((line) => line.startsWith(READING));
