import cluster from 'node:cluster';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { holdForWorkers } from '../database/open.js';
import { LocalHub } from '../platform/nodes/local-hub.js';
import { busSocket } from '../platform/nodes/worker-sockets.js';
import type { EventReporter } from '../platform/telemetry/event-reporter.js';
import { Worker, WorkerRefusedError } from './worker.js';

/** What runs the workers of one start, and holds what they share. */
interface Launched {
  /** Where they can be reached from this machine, without a trailing slash. */
  url: string;
  /** Ends all of them in order; 1 where one did not end so. */
  close(): Promise<number>;
}

/**
 * Starts `config.workers` nodes behind one port. The first is waited for: what keeps it from starting would keep all.
 * @throws WorkerRefusedError where one ends before it was ready, and has said why; and as `openDatabases` does.
 */
export async function launch(config: Config, reporter: EventReporter, interruption: AbortSignal): Promise<Launched> {
  const undo: (() => unknown)[] = [await holdForWorkers(config, reporter, interruption)];
  const close = async (workers: readonly Worker[]): Promise<number> => {
    const codes = await Promise.all(workers.map((worker) => worker.stop()));
    for (const step of undo.toReversed()) await step();
    return codes.every((code) => code === 0) ? 0 : 1;
  };
  const workers: Worker[] = [];
  try {
    const directory = await mkdtemp(join(tmpdir(), 'parley-workers-'));
    undo.push(() => rm(directory, { recursive: true, force: true }));
    if (!config.redisUrls) {
      const hub = await LocalHub.listen(busSocket({ directory }));
      undo.push(() => hub.close());
    }
    interruption.throwIfAborted();
    // Where the system hands connections out itself, one worker may get most of them.
    cluster.schedulingPolicy = cluster.SCHED_RR;
    for (let number = 1; number <= config.workers; number += 1)
      workers.push(new Worker({ number, directory }, reporter));
    interruption.addEventListener('abort', () => void Promise.all(workers.map((worker) => worker.stop())));
    return { url: await startAll(workers), close: () => close(workers) };
  } catch (fault) {
    await close(workers);
    throw fault;
  }
}

async function startAll([first, ...others]: readonly Worker[]): Promise<string> {
  if (!first) throw new WorkerRefusedError();
  const url = await first.start();
  await Promise.all(others.map((worker) => worker.start()));
  return url;
}
