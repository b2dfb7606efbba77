import cluster, { type Worker as Process } from 'node:cluster';
import type { WorkerPlace } from '../config/config.js';
import { placeAsText } from '../config/worker-settings.js';
import type { EventReporter } from '../platform/telemetry/event-reporter.js';

/** A worker ended before it was ever ready, and has said why. */
export class WorkerRefusedError extends Error {}

/** What a worker sends to what started it, once it accepts requests. */
interface WorkerReady {
  url: string;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** After a life of this length the next death is taken for the first one. */
const STEADY_MS = 30_000;

/** A place among the workers: its number stays, its process is another one after each death. */
export class Worker {
  private readonly whenReady = Promise.withResolvers<string>();
  private readonly whenStopped = Promise.withResolvers<number>();
  private current: Process | null = null;
  private wasReady = false;
  private isStopping = false;
  private pauseMs = FIRST_PAUSE_MS;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly place: Pick<WorkerPlace, 'number' | 'directory'>,
    private readonly reporter: EventReporter,
  ) {}

  /** Its address, once it accepts requests; it is kept running from then on. @throws WorkerRefusedError */
  start(): Promise<string> {
    if (this.isStopping) this.whenReady.reject(new WorkerRefusedError());
    else this.run();
    return this.whenReady.promise;
  }

  /** SIGTERM, and no other process in its place. Resolves with the code it ends with, however long that takes. */
  stop(): Promise<number> {
    if (!this.isStopping) {
      this.isStopping = true;
      clearTimeout(this.timer);
      if (this.current) this.current.process.kill('SIGTERM');
      else this.whenStopped.resolve(0);
    }
    return this.whenStopped.promise;
  }

  private run(): void {
    const begunAt = performance.now();
    let started: Process;
    try {
      started = cluster.fork({ PARLEY_WORKER: placeAsText(this.place) });
    } catch (fault) {
      // The system has no memory for another process, perhaps.
      this.failed(fault, 0);
      return this.ended({ pid: 0, code: null, signal: null }, begunAt);
    }
    const pid = started.process.pid ?? 0;
    this.current = started;
    started.on('message', ({ url }: WorkerReady) => {
      this.wasReady = true;
      this.reporter.workerReady({ number: this.place.number, pid });
      this.whenReady.resolve(url);
    });
    // Also what cannot be sent to one that has just died: without a listener it would end all of them.
    started.on('error', (fault) => {
      this.failed(fault, pid);
      // No process was made, and so none will end.
      if (pid === 0) this.ended({ pid, code: null, signal: null }, begunAt);
    });
    started.once('exit', (code: number | null, signal: string | null) => this.ended({ pid, code, signal }, begunAt));
  }

  private ended(end: { pid: number; code: number | null; signal: string | null }, begunAt: number): void {
    this.current = null;
    const { code, signal } = end;
    // The signal itself ends one that has only just begun.
    if (this.isStopping) this.whenStopped.resolve(code ?? (signal === 'SIGTERM' ? 0 : 1));
    if (!this.wasReady) this.whenReady.reject(new WorkerRefusedError());
    else if (!this.isStopping) this.again({ number: this.place.number, ...end }, performance.now() - begunAt);
  }

  private failed(fault: unknown, pid: number): void {
    this.reporter.workerFailed({ number: this.place.number, pid }, fault);
  }

  private again(ended: Parameters<EventReporter['workerEnded']>[0], livedMs: number): void {
    this.reporter.workerEnded(ended);
    if (livedMs > STEADY_MS) this.pauseMs = FIRST_PAUSE_MS;
    this.timer = setTimeout(() => this.run(), this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
