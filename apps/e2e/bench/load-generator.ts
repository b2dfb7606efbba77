import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LatencyHistogram } from './latency-histogram.js';
import type { LoadAnswer, LoadCommand, LoadFigures, Seat, Target, WatchedProcesses } from './load-protocol.js';

/** The load, made in processes of its own: whole conversations are dealt out to them. */
export class LoadGenerator {
  private constructor(private readonly workers: ChildProcess[]) {}

  static async start(count: number, targets: Target[], seats: Seat[]): Promise<LoadGenerator> {
    const workers = Array.from({ length: count }, () => fork(fileURLToPath(import.meta.resolve('./load-worker.js'))));
    const generator = new LoadGenerator(workers);
    const conversations = [...new Set(seats.map((seat) => seat.conversationId))];
    const shareOf = (worker: number) =>
      seats.filter((seat) => conversations.indexOf(seat.conversationId) % count === worker);
    try {
      await Promise.all(
        workers.map((worker, index) => tell(worker, { do: 'connect', targets, seats: shareOf(index) })),
      );
    } catch (error) {
      generator.stop();
      throw error;
    }
    return generator;
  }

  async saturate(inFlight: number): Promise<void> {
    await this.all(() => ({ do: 'saturate', inFlight }));
  }

  async pace(perSecond: number): Promise<void> {
    await this.all(() => ({ do: 'pace', perSecond: perSecond / this.workers.length }));
  }

  async pause(): Promise<void> {
    await this.all(() => ({ do: 'pause' }));
  }

  /** The first generator reads the watched processes' time; counts are summed up. */
  async measure(seconds: number, watch: WatchedProcesses): Promise<LoadFigures> {
    const parts = await this.all((index) => ({ do: 'measure', seconds, watch: index === 0 ? watch : null }));
    return parts.filter((part) => part !== null).reduce(together);
  }

  stop(): void {
    for (const worker of this.workers) if (worker.connected) worker.disconnect();
  }

  private all(command: (index: number) => LoadCommand): Promise<(LoadFigures | null)[]> {
    return Promise.all(this.workers.map((worker, index) => tell(worker, command(index))));
  }
}

async function tell(worker: ChildProcess, command: LoadCommand): Promise<LoadFigures | null> {
  const { promise, resolve, reject } = Promise.withResolvers<LoadAnswer>();
  const ended = () => reject(new Error(`A load generator ended during "${command.do}".`));
  worker.once('message', resolve);
  worker.once('exit', ended);
  worker.send(command);
  const answer = await promise.finally(() => worker.off('message', resolve).off('exit', ended));
  if ('failed' in answer) throw new Error(answer.failed);
  return answer.figures;
}

function together(a: LoadFigures, b: LoadFigures): LoadFigures {
  return {
    seconds: Math.max(a.seconds, b.seconds),
    from: Math.min(a.from, b.from),
    to: Math.max(a.to, b.to),
    acked: a.acked + b.acked,
    refused: a.refused + b.refused,
    deliveries: a.deliveries + b.deliveries,
    deliveredBytes: a.deliveredBytes + b.deliveredBytes,
    latencies: merged(a.latencies, b.latencies),
    crossLatencies: merged(a.crossLatencies, b.crossLatencies),
    generatorCpu: a.generatorCpu + b.generatorCpu,
    serverCpu: a.serverCpu + b.serverCpu,
    databaseCpu: a.databaseCpu + b.databaseCpu,
    redisCpu: a.redisCpu + b.redisCpu,
    serverMemory: a.serverMemory + b.serverMemory,
    refusals: [...a.refusals, ...b.refusals],
  };
}

function merged(a: number[], b: number[]): number[] {
  const histogram = new LatencyHistogram(a);
  histogram.merge(new LatencyHistogram(b));
  return histogram.toJSON();
}
