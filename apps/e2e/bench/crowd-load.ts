import type { PostgresCluster } from '@parley/testkit';
import {
  type ConnectingFigures,
  measureConnecting,
  measureReturning,
  type ReturningFigures,
} from './connecting-load.js';
import { LatencyHistogram } from './latency-histogram.js';
import { LoadGenerator } from './load-generator.js';
import { evaluate, type Figures } from './runs.js';
import { type Layout, startSubject } from './subjects.js';

interface Crowd {
  title: string;
  layout: Layout;
  messagesPerSecond: number;
  seconds: number;
}

/** Many connections and few messages. */
export const CROWDS = {
  team: {
    title: '500 connections, 1,000 messages a minute',
    layout: { conversations: 20, members: 25, senders: 5 },
    messagesPerSecond: 1_000 / 60,
    seconds: 30,
  },
  many: {
    title: '10,000 connections in groups of 100, 20 messages/s',
    layout: { conversations: 100, members: 100, senders: 5 },
    messagesPerSecond: 20,
    seconds: 20,
  },
  large: {
    title: 'one conversation of 5,000 connections, a message a second',
    layout: { conversations: 1, members: 5_000, senders: 5 },
    messagesPerSecond: 1,
    seconds: 20,
  },
} as const satisfies Record<string, Crowd>;

export interface CrowdFigures extends Figures {
  /** Milliseconds until the slowest delivery of all. */
  last: number | null;
}

export type CrowdName = keyof typeof CROWDS;

export interface CrowdComparison {
  /** Parley on Postgres. */
  crowds: Record<CrowdName, CrowdFigures>;
  /** Bare Socket.IO with the same large conversation. */
  bareLarge: CrowdFigures;
  connecting: ConnectingFigures;
  returning: ReturningFigures;
}

/** @param report told what is begun: all of it takes some minutes. */
export async function measureCrowds(
  cluster: PostgresCluster,
  report: (line: string) => void,
): Promise<CrowdComparison> {
  const crowd = (letter: 'a' | 'b', name: CrowdName) => {
    report(`crowds · (${letter}) ${CROWDS[name].title} …`);
    return measureCrowd(letter, CROWDS[name], cluster);
  };
  const crowds = {
    team: await crowd('b', 'team'),
    many: await crowd('b', 'many'),
    large: await crowd('b', 'large'),
  };
  const bareLarge = await crowd('a', 'large');
  report('crowds · 2,000 people who connect …');
  const connecting = await measureConnecting({ cluster, profileDirectory: null });
  report('crowds · 500 users who come and go …');
  return { crowds, bareLarge, connecting, returning: await measureReturning(cluster) };
}

/** Seconds in which code is compiled that so few messages would leave uncompiled, and messages a second meanwhile. */
const WARM_UP = { seconds: 5, messagesPerSecond: 50 };

/** One crowd at a fresh server of that kind. */
async function measureCrowd(letter: 'a' | 'b', crowd: Crowd, cluster: PostgresCluster): Promise<CrowdFigures> {
  const { layout, messagesPerSecond, seconds } = crowd;
  const server = await startSubject(letter, { layout, cluster, profileDirectory: null });
  let generator: LoadGenerator | null = null;
  try {
    generator = await LoadGenerator.start(1, server.targets, server.seats);
    await generator.pace(Math.max(1, Math.min(WARM_UP.messagesPerSecond, 20_000 / layout.members)));
    await generator.measure(WARM_UP.seconds, server.watch);
    await generator.pause();
    await generator.pace(messagesPerSecond);
    const figures = await generator.measure(seconds, server.watch);
    await generator.pause();
    return { ...evaluate(figures), last: new LatencyHistogram(figures.latencies).quantile(1) };
  } finally {
    generator?.stop();
    await server.stop();
  }
}
