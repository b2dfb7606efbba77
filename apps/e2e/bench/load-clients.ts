import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds, cpuSecondsOfFamily, residentBytes } from '@parley/testkit';
import { LatencyHistogram } from './latency-histogram.js';
import type { LoadLine } from './load-line.js';
import { openLine } from './load-lines.js';
import type { LoadFigures, Seat, Target, WatchedProcesses } from './load-protocol.js';

/** Stands before the time of sending; nothing else in a delivery contains it. */
const MARK = 0x7e;
/** Behind the time stands the sender's node, one digit. */
const TIME_DIGITS = 14;
/** With mark and time: a content of 80 bytes, a third more than the mean line of a busy public chat. */
const FILLER = ` ${'the quick brown fox jumps over the lazy dog and runs away from it'.slice(0, 63)}`;
const CONNECTING_AT_ONCE = 50;

interface Client {
  seat: Seat;
  line: LoadLine | null;
}

interface Counters {
  acked: number;
  refused: number;
  deliveries: number;
  deliveredBytes: number;
  latencies: LatencyHistogram;
  crossLatencies: LatencyHistogram;
}

/** All connections of one generator process. Every subject of the benchmark is measured by this same code. */
export class LoadClients {
  private clients: Client[] = [];
  private senders: Client[] = [];
  private counters = freshCounters();
  private refusals: string[] = [];
  private unanswered = 0;
  private refill = false;
  private pacer: NodeJS.Timeout | null = null;
  private lost: string | null = null;

  async connect(targets: Target[], seats: Seat[]): Promise<void> {
    this.clients = seats.map((seat) => ({ seat, line: null }));
    this.senders = this.clients.filter((client) => client.seat.sends);
    for (let at = 0; at < this.clients.length; at += CONNECTING_AT_ONCE) {
      const some = this.clients.slice(at, at + CONNECTING_AT_ONCE);
      await Promise.all(some.map((client) => this.open(targets, client)));
    }
  }

  saturate(inFlight: number): void {
    this.refill = true;
    for (const sender of this.senders) for (let i = 0; i < inFlight; i += 1) this.send(sender);
  }

  pace(perSecond: number): void {
    const began = performance.now();
    let sent = 0;
    this.pacer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
      for (; sent < due; sent += 1) this.send(this.senders[sent % this.senders.length] as Client);
    }, 1);
  }

  async pause(): Promise<void> {
    this.refill = false;
    if (this.pacer) clearInterval(this.pacer);
    this.pacer = null;
    let before = -1;
    while (this.unanswered > 0 || this.counters.deliveries !== before) {
      before = this.counters.deliveries;
      await sleep(300);
      this.check();
    }
  }

  async measure(seconds: number, watch: WatchedProcesses | null): Promise<LoadFigures> {
    const own = process.cpuUsage();
    const before = processorTime(watch);
    const from = now();
    this.counters = freshCounters();
    await sleep(seconds * 1000);
    const { acked, refused, deliveries, deliveredBytes, latencies, crossLatencies } = this.counters;
    const to = now();
    const after = processorTime(watch);
    const used = process.cpuUsage(own);
    this.check();
    return {
      seconds: (to - from) / 1e6,
      from,
      to,
      acked,
      refused,
      deliveries,
      deliveredBytes,
      latencies: latencies.toJSON(),
      crossLatencies: crossLatencies.toJSON(),
      generatorCpu: (used.user + used.system) / 1e6,
      serverCpu: after.server - before.server,
      databaseCpu: after.database - before.database,
      redisCpu: after.redis - before.redis,
      serverMemory: watch ? total(watch.servers, residentBytes) : 0,
      refusals: this.refusals.splice(0),
    };
  }

  private check(): void {
    if (this.lost !== null) throw new Error(`A load generator's connection ended: ${this.lost}`);
  }

  private async open(targets: Target[], client: Client): Promise<void> {
    const target = targets[client.seat.node];
    if (!target) throw new Error(`There is no node ${client.seat.node}.`);
    client.line = await openLine(target, client.seat, {
      onDelivery: (frame) => this.delivered(client, frame),
      onAnswer: (isAcked, answer) => this.answered(client, isAcked, answer),
      onClosed: (reason) => {
        this.lost ??= reason;
      },
    });
  }

  private send({ seat, line }: Client): void {
    this.unanswered += 1;
    const content = `~${String(now()).padStart(TIME_DIGITS, '0')}${seat.node}${FILLER}`;
    line?.send({ conversationId: seat.conversationId, content, clientMessageId: randomUUID() });
  }

  private answered(client: Client, isAcked: boolean, answer: Buffer): void {
    this.unanswered -= 1;
    if (isAcked) this.counters.acked += 1;
    else {
      this.counters.refused += 1;
      if (this.refusals.length < 5) this.refusals.push(answer.toString('utf8'));
    }
    if (this.refill) this.send(client);
  }

  private delivered(client: Client, frame: Buffer): void {
    this.counters.deliveries += 1;
    this.counters.deliveredBytes += frame.length;
    const mark = frame.indexOf(MARK);
    let sent = 0;
    for (let i = 1; i <= TIME_DIGITS; i += 1) sent = sent * 10 + (frame[mark + i] as number) - 0x30;
    const latency = now() - sent;
    this.counters.latencies.add(latency);
    const from = (frame[mark + TIME_DIGITS + 1] as number) - 0x30;
    if (from !== client.seat.node) this.counters.crossLatencies.add(latency);
  }
}

function freshCounters(): Counters {
  const latencies = new LatencyHistogram();
  return { acked: 0, refused: 0, deliveries: 0, deliveredBytes: 0, latencies, crossLatencies: new LatencyHistogram() };
}

const CLOCK_OFFSET = Number(process.hrtime.bigint()) / 1000 - performance.now() * 1000;

/** Microseconds of the system's monotonic clock, the same in every process of the machine. */
function now(): number {
  return Math.round(performance.now() * 1000 + CLOCK_OFFSET);
}

function processorTime(watch: WatchedProcesses | null): { server: number; database: number; redis: number } {
  if (!watch) return { server: 0, database: 0, redis: 0 };
  return {
    // With its workers, where it has some.
    server: total(watch.servers, cpuSecondsOfFamily),
    database: watch.database === null ? 0 : cpuSecondsOfFamily(watch.database),
    redis: watch.redis === null ? 0 : cpuSeconds(watch.redis),
  };
}

function total(pids: readonly number[], figure: (pid: number) => number): number {
  return pids.reduce((sum, pid) => sum + figure(pid), 0);
}
