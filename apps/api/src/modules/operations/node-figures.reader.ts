import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type {
  DatabaseFigures,
  Distribution,
  LinkFigures,
  NodeFigures,
  NodeTotals,
  ProcessFigures,
} from '@parley/protocol';
import { CONFIG, type Config } from '../../config/config.js';
import { Database } from '../../database/database.js';
import { NODE_LINK, type NodeLink } from '../../platform/nodes/node-link.js';
import type { Labels } from '../../platform/telemetry/counters.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { HealthRegistry } from '../../platform/telemetry/health-registry.js';
import { type CounterName, type ReadingName, TRANSPORTS } from '../../platform/telemetry/metric-catalogue.js';
import { type Reading, Readings } from '../../platform/telemetry/readings.js';
import { VERSION } from '../../realtime/version.js';

const ANSWER_TIMEOUT_MS = 500;

/** What this node is at, from the same numbers as `/metrics`. Nothing is counted or watched for it beside those. */
@Injectable()
export class NodeFiguresReader {
  private reading: Promise<NodeFigures> | null = null;
  private isAsking = false;

  constructor(
    private readonly reporter: EventReporter,
    private readonly readings: Readings,
    private readonly state: HealthRegistry,
    private readonly database: Database,
    @Inject(NODE_LINK) private readonly link: NodeLink | null,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** All who ask at the same moment share the answer, also the time that the database took. Takes half a second at most. */
  read(): Promise<NodeFigures> {
    this.reading ??= this.readNow().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  private async readNow(): Promise<NodeFigures> {
    const database = await this.databaseFigures();
    return {
      host: hostname(),
      pid: process.pid,
      worker: this.config.worker?.number ?? null,
      version: VERSION,
      startedAt: new Date(performance.timeOrigin).toISOString(),
      sockets: this.sockets(),
      polling: this.sum('polling_sockets'),
      users: this.sum('users_connected'),
      conversations: this.sum('conversations_followed'),
      totals: this.totals(),
      deliverySeconds: this.deliverySeconds(),
      process: processFigures(),
      database,
      link: this.linkFigures(),
      missing: [...this.state.degraded],
    };
  }

  private sockets(): NodeFigures['sockets'] {
    const ofTransport = (transport: string) => this.sum('sockets', { transport, state: 'open' });
    const counts = TRANSPORTS.map((transport) => [transport, ofTransport(transport)] as const);
    return Object.fromEntries(counts) as NodeFigures['sockets'];
  }

  private totals(): NodeTotals {
    const defects = this.count('commands_failed_total', DEFECT) + this.count('requests_failed_total', DEFECT);
    return {
      messages: this.count('messages_sent_total'),
      deliveries: this.count('changes_delivered_total'),
      connections: this.count('connections_total'),
      commands: this.count('commands_total'),
      requests: this.count('requests_total'),
      refusals: this.count('commands_failed_total') + this.count('requests_failed_total') - defects,
      defects,
      budgetsSpent: this.count('budgets_spent_total'),
      slowConsumers: this.count('slow_consumers_total'),
      gaps: this.count('stream_gaps_total'),
    };
  }

  /** Those that were sent here and elsewhere. */
  private deliverySeconds(): Distribution {
    const { here, elsewhere } = this.reporter.distributions.message_delivery_seconds;
    const counts = here.counts.map((count, i) => count + (elsewhere.counts[i] ?? 0));
    return { bounds: [...here.bounds], counts };
  }

  private async databaseFigures(): Promise<DatabaseFigures> {
    const { isUp } = this.database.availability;
    return {
      isUp,
      ms: isUp && !this.isAsking ? await durationOf(this.ask()) : null,
      busy: this.sum('database_connections', { state: 'busy' }),
      idle: this.sum('database_connections', { state: 'idle' }),
      waiting: this.sum('database_waiting'),
    };
  }

  /** One at a time: it may be answered long after nobody waits for it any more. */
  private async ask(): Promise<void> {
    this.isAsking = true;
    try {
      await this.database.answer();
    } finally {
      this.isAsking = false;
    }
  }

  private linkFigures(): LinkFigures | null {
    if (!this.link) return null;
    const { part, roundTripMs, unsentMessages: unsent } = this.link;
    const isUp = !this.state.degraded.includes(part);
    return { part, isUp, ms: isUp ? roundTripMs : null, unsent };
  }

  private count(name: CounterName, labels: Labels = {}): number {
    return total(this.reporter.counters.seriesOf(name), labels);
  }

  private sum(name: ReadingName, labels: Labels = {}): number {
    return total(this.readings.of(name), labels);
  }
}

const DEFECT: Labels = { code: 'internal' };

/** Of those that have these labels. */
function total(all: Iterable<Reading>, wanted: Labels): number {
  let sum = 0;
  for (const { labels, value } of all) {
    if (Object.entries(wanted).every(([label, is]) => labels[label] === is)) sum += value;
  }
  return sum;
}

function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  const { heapUsed, rss } = process.memoryUsage();
  const { active, idle } = performance.eventLoopUtilization();
  const cpuMs = Math.round((user + system) / 1_000);
  return { cpuMs, busyMs: Math.round(active), idleMs: Math.round(idle), heapBytes: heapUsed, residentBytes: rss };
}

/** In milliseconds; null where it takes too long, or fails. */
async function durationOf(asked: Promise<void>): Promise<number | null> {
  const startedAt = performance.now();
  const timeout = new AbortController();
  const tooLate = sleep(ANSWER_TIMEOUT_MS, null, { signal: timeout.signal }).catch(() => null);
  const taken = asked.then(
    () => Math.round((performance.now() - startedAt) * 10) / 10,
    () => null,
  );
  const ms = await Promise.race([taken, tooLate]);
  timeout.abort();
  return ms;
}
