import type { PostgresCluster } from '@parley/testkit';
import { type IdleFigures, measureIdle } from './idle-sockets.js';
import { LoadGenerator } from './load-generator.js';
import type { Language } from './load-protocol.js';
import { RabbitMq } from './rabbitmq.js';
import { evaluate, type Figures } from './runs.js';
import { inventedSeats, type Layout, type Subject, startSubject } from './subjects.js';

export const LANGUAGES: Record<Language, string> = {
  socketio: 'Socket.IO',
  websocket: '/ws',
  stomp: '/stomp',
  rabbitmq: 'web-stomp of RabbitMQ',
};
/** Those of Parley. */
const OWN = ['socketio', 'websocket', 'stomp'] as const satisfies Language[];

/** With 4 sends of each sender unanswered as many deliveries are under way as in 20 conversations of 25. */
const IN_FLIGHT = 4;
const SENDERS = 5;
/** Messages a second, where the load is paced. */
const PACE = 50;

export const TRANSPORT_LOADS = { saturation: 'closed loop', paced: `${PACE} messages/s` } as const;
export type TransportLoad = keyof typeof TRANSPORT_LOADS;

export interface TransportRun {
  language: Language;
  load: TransportLoad;
  round: number;
  figures: Figures;
  refusals: string[];
}

export interface TransportComparison {
  readers: number;
  runs: TransportRun[];
  /** Of Parley's transports; null where it was not measured. */
  idle: Record<(typeof OWN)[number], IdleFigures> | null;
  /** Version of RabbitMQ; null where it is not installed. */
  rabbitmq: string | null;
}

export interface TransportOptions {
  readers: number;
  rounds: number;
  seconds: number;
  warmup: number;
  generators: number;
  /** Connections whose memory is measured; 0: none is. */
  sockets: number;
  cluster: PostgresCluster;
}

/** A server with readers that stay connected for the whole run: what alternates is the load. */
interface Rig {
  language: Language;
  server: Subject;
  generator: LoadGenerator;
}

/**
 * One conversation with that many readers, on each transport of Parley and on a topic of RabbitMQ where that is
 * installed. Each has a server of its own, and they meet the load in turn, in the other order every second round.
 */
export async function compareTransports(
  options: TransportOptions,
  report: (run: TransportRun) => void,
): Promise<TransportComparison> {
  const { readers, rounds, sockets, cluster } = options;
  const rigs: Rig[] = [];
  const runs: TransportRun[] = [];
  const rabbitmq = RabbitMq.isInstalled ? await RabbitMq.start() : null;
  const version = rabbitmq?.version ?? null;
  try {
    for (const language of OWN) rigs.push(await ownRig(language, options));
    if (rabbitmq) rigs.push(await rabbitRig(rabbitmq, options));
    for (let round = 1; round <= rounds; round += 1) {
      for (const rig of round % 2 === 1 ? rigs : rigs.toReversed()) {
        for (const run of await runsOf(rig, round, options)) {
          report(run);
          runs.push(run);
        }
      }
    }
  } finally {
    for (const { generator, server } of rigs) {
      generator.stop();
      await server.stop();
    }
    await rabbitmq?.stop();
  }
  return {
    readers,
    runs,
    idle: sockets > 0 ? await idleOf(sockets, cluster) : null,
    rabbitmq: version,
  };
}

const layoutOf = (readers: number): Layout => ({ conversations: 1, members: readers, senders: SENDERS });

async function ownRig(language: Language, { readers, cluster, generators }: TransportOptions): Promise<Rig> {
  const server = await startSubject('b', { layout: layoutOf(readers), cluster, profileDirectory: null });
  return rigOf({ language, server, generators });
}

async function rabbitRig(node: RabbitMq, { readers, generators }: TransportOptions): Promise<Rig> {
  const server: Subject = {
    targets: [{ host: '127.0.0.1', port: node.port }],
    watch: { servers: [node.pid], database: null, redis: null },
    seats: inventedSeats(layoutOf(readers)),
    log: () => node.log(),
    stop: async () => undefined,
  };
  return rigOf({ language: 'rabbitmq', server, generators });
}

async function rigOf({ language, server, generators }: Omit<Rig, 'generator'> & { generators: number }): Promise<Rig> {
  const seats = server.seats.map((seat) => ({ ...seat, speaks: language }));
  const generator = await LoadGenerator.start(generators, server.targets, seats).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  return { language, server, generator };
}

async function runsOf(rig: Rig, round: number, { warmup, seconds }: TransportOptions): Promise<TransportRun[]> {
  const { language, generator, server } = rig;
  const runs: TransportRun[] = [];
  for (const load of loadsOf(language)) {
    if (load === 'saturation') await generator.saturate(IN_FLIGHT);
    else await generator.pace(PACE);
    await generator.measure(warmup, server.watch);
    const measured = await generator.measure(seconds, server.watch);
    await generator.pause();
    runs.push({ language, load, round, figures: evaluate(measured), refusals: measured.refusals });
  }
  return runs;
}

/** A pace is for servers that keep up with it. */
const loadsOf = (language: Language): readonly TransportLoad[] =>
  language === 'rabbitmq' ? ['saturation'] : ['saturation', 'paced'];

async function idleOf(sockets: number, cluster: PostgresCluster): Promise<TransportComparison['idle']> {
  const of = (language: Language) => measureIdle('b', { sockets, cluster, language });
  return { socketio: await of('socketio'), websocket: await of('websocket'), stomp: await of('stomp') };
}
