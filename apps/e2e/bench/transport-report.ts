import { microseconds, percent, time, verdict, whole } from './figures-text.js';
import { quantile } from './latency-histogram.js';
import type { Language } from './load-protocol.js';
import type { Figures } from './runs.js';
import {
  LANGUAGES,
  TRANSPORT_LOADS,
  type TransportComparison,
  type TransportLoad,
  type TransportRun,
} from './transport-comparison.js';

/** What the project promises, against Parley's own Socket.IO, and against RabbitMQ at saturation. */
const TARGETS = { cpu: { websocket: 1, stomp: 1.1 }, memory: 1.1, deliveries: 2 };

type Own = keyof NonNullable<TransportComparison['idle']>;
const OTHERS = Object.keys(TARGETS.cpu) as (keyof typeof TARGETS.cpu)[];

export function describeTransportRun({ language, load, round, figures, refusals }: TransportRun): string {
  return [
    `round ${round} ${LANGUAGES[language].padEnd(21)} ${load.padEnd(10)}`,
    `${whole(figures.deliveriesPerSecond)} deliveries/s`,
    `${figures.serverCpuPerDelivery.toFixed(2)} µs a delivery`,
    `server ${percent(figures.serverCpuShare)} generator ${percent(figures.generatorCpuShare)}`,
    ...(refusals[0] === undefined ? [] : [`REFUSED: ${refusals[0]}`]),
  ].join(' · ');
}

export function describeTransports(comparison: TransportComparison): string[] {
  const { readers, rabbitmq, idle } = comparison;
  const lines = [`## One conversation, ${whole(readers)} readers on one transport`];
  for (const [load, title] of Object.entries(TRANSPORT_LOADS)) {
    lines.push('', `### ${title}: medians, with quartiles`, ...table(comparison, load as TransportLoad));
  }
  lines.push('', ...cpuVerdicts(comparison), ...againstRabbitMq(comparison));
  if (rabbitmq === null) {
    lines.push('RabbitMQ is not installed, so its column is left out: apt-get install rabbitmq-server (Debian).');
  }
  return idle ? [...lines, '', ...describeIdle(idle)] : lines;
}

function table({ runs, rabbitmq }: TransportComparison, load: TransportLoad): string[] {
  const head = [
    '| | acked sends/s | deliveries/s | bytes a delivery | p50 | p99 | server CPU a delivery | server / Postgres / generator, share of a core | server memory |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  const rows = (Object.keys(LANGUAGES) as Language[]).flatMap((language) => {
    const of = (name: keyof Figures) => figuresOf(runs, { language, load }, name);
    if (of('ackedPerSecond').length === 0) return [];
    const middle = (name: keyof Figures) => quantile(of(name), 0.5) ?? 0;
    const cells = [
      language === 'rabbitmq' ? `${LANGUAGES[language]} ${rabbitmq ?? ''}` : LANGUAGES[language],
      whole(middle('ackedPerSecond')),
      spread(of('deliveriesPerSecond'), whole),
      whole(middle('bytesPerDelivery')),
      time(middle('p50')),
      time(middle('p99')),
      spread(of('serverCpuPerDelivery'), microseconds),
      (['serverCpuShare', 'databaseCpuShare', 'generatorCpuShare'] as const)
        .map((name) => percent(middle(name)))
        .join(' / '),
      `${whole(middle('serverMemoryMegabytes'))} MB`,
    ];
    return [`| ${cells.join(' | ')} |`];
  });
  return [...head, ...rows];
}

function cpuVerdicts({ runs }: TransportComparison): string[] {
  const loads = Object.keys(TRANSPORT_LOADS) as TransportLoad[];
  return loads.flatMap((load) =>
    OTHERS.flatMap((language) => {
      const ratios = ratiosOf(runs, { load, figure: 'serverCpuPerDelivery', of: language, to: 'socketio' });
      const median = quantile(ratios, 0.5);
      if (median === null) return [];
      const target = TARGETS.cpu[language];
      const text = `${LANGUAGES[language]}, ${TRANSPORT_LOADS[load]}: ${spread(ratios, times)} Socket.IO's CPU a delivery, ≤ ${target}`;
      return [verdict(text, median <= target)];
    }),
  );
}

function againstRabbitMq({ runs }: TransportComparison): string[] {
  return (['socketio', ...OTHERS] as const).flatMap((language) => {
    const ratios = ratiosOf(runs, { load: 'saturation', figure: 'deliveriesPerSecond', of: language, to: 'rabbitmq' });
    const median = quantile(ratios, 0.5);
    if (median === null) return [];
    const text = `${LANGUAGES[language]}: ${spread(ratios, times)} RabbitMQ's deliveries/s, ≥ ${TARGETS.deliveries}`;
    return [verdict(text, median >= TARGETS.deliveries)];
  });
}

function describeIdle(idle: NonNullable<TransportComparison['idle']>): string[] {
  const lines = ['### Silent connections, memory of each'];
  for (const language of ['socketio', ...OTHERS] as Own[]) {
    const { sockets, used, resident } = idle[language];
    const text = `${whole(used)} bytes in use, ${whole(resident)} resident (${whole(sockets)} connections)`;
    lines.push(`${LANGUAGES[language]}: ${text}`);
  }
  return [
    ...lines,
    ...OTHERS.map((language) => {
      const ratio = idle[language].used / idle.socketio.used;
      const text = `${LANGUAGES[language]}: ${times(ratio)} Socket.IO's memory in use, ≤ ${TARGETS.memory}`;
      return verdict(text, ratio <= TARGETS.memory);
    }),
  ];
}

interface Which {
  language: Language;
  load: TransportLoad;
}

function figuresOf(runs: readonly TransportRun[], { language, load }: Which, name: keyof Figures): number[] {
  return runs
    .filter((run) => run.language === language && run.load === load)
    .map(({ figures }) => figures[name])
    .filter((value) => value !== null);
}

interface Comparison {
  load: TransportLoad;
  figure: keyof Figures;
  of: Language;
  to: Language;
}

/** Of the figures of the same round. */
function ratiosOf(runs: readonly TransportRun[], { load, figure, of, to }: Comparison): number[] {
  const ones = figuresOf(runs, { language: of, load }, figure);
  const others = figuresOf(runs, { language: to, load }, figure);
  return others.map((other, round) => (ones[round] ?? 0) / other);
}

const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;

function spread(values: number[], text: (value: number) => string): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share) ?? 0) as [
    number,
    number,
    number,
  ];
  return `${text(middle)} (${text(low)} to ${text(high)})`;
}
