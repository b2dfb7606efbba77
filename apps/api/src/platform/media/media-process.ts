import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MediaFailure } from './media-failure.js';
import { limitsOf, type MediaAnswer, type MediaJob, type MediaLimits, type MediaResult } from './media-job.js';
import { clockMsFor, processorMsOf, residentBytes } from './process-usage.js';

/** Tests have its program elsewhere. */
export const MEDIA_PROCESS = {
  program: fileURLToPath(new URL('process/main.js', import.meta.url)),
  /** Without a job; then it ends, and its memory is free. */
  idleMs: 60_000,
  /** Until it can take a job; a machine that is busy with everything else may need most of it. */
  startMs: 60_000,
  /** After the second start in a row that failed, and twice as long after each further one, until it is tried again. */
  waitMs: 1_000,
  mostWaitMs: 300_000,
};

const isLinux = process.platform === 'linux';
const WATCH_MS = 50;
/** Behind everything that people wait for. */
const NICENESS = 10;
/** What the operating system holds it to, if the watch is late. It counts what is not used, too, so it is above the limits. */
const DATA_KILOBYTES = 4_194_304;
/** With more memory than this after a job it is replaced by a new one. */
const KEPT_BYTES = 256 * 1_048_576;

/** What looking at a content has brought, and taken. */
export interface MediaOutcome extends MediaResult {
  ms: number;
  /** The most memory that its process was seen to have; 0 where that cannot be read. */
  peakBytes: number;
}

/**
 * The process in which contents of strangers are decoded, one at a time. It has nothing of the node: no secrets, no connections.
 * Whatever becomes of it, the node goes on, and the next job has a new one.
 */
export class MediaProcess {
  private child: ChildProcess | null = null;
  private idle: NodeJS.Timeout | null = null;
  private failedStarts = 0;
  private startsAgainAt = 0;

  /**
   * One job at a time.
   * @throws {MediaFailure} where the job is at fault; else whatever keeps its process from starting, also for a while after that.
   */
  async run(job: MediaJob, limits = limitsOf(job.kind)): Promise<MediaOutcome> {
    if (this.idle) clearTimeout(this.idle);
    try {
      const child = this.child ?? (await this.started());
      return await new MediaRun(child, limits).of(job);
    } catch (fault) {
      // It is ending, or has to.
      if (!(fault instanceof MediaFailure && fault.reason === 'unreadable')) this.close();
      throw fault;
    } finally {
      this.idle = setTimeout(() => this.close(), MEDIA_PROCESS.idleMs).unref();
      // What libraries keep of one job would count for the next.
      if ((await residentBytes(this.child?.pid)) > KEPT_BYTES) this.close();
    }
  }

  close(): void {
    if (this.idle) clearTimeout(this.idle);
    this.child?.kill('SIGKILL');
    this.child = null;
  }

  /** A process that cannot be started is not started anew for each job that waits. */
  private async started(): Promise<ChildProcess> {
    if (performance.now() < this.startsAgainAt) throw new Error('The process of media is started again later.');
    try {
      const child = await this.start();
      this.failedStarts = 0;
      return child;
    } catch (fault) {
      this.failedStarts += 1;
      const { waitMs, mostWaitMs } = MEDIA_PROCESS;
      const wait = this.failedStarts === 1 ? 0 : Math.min(mostWaitMs, waitMs * 2 ** (this.failedStarts - 2));
      this.startsAgainAt = performance.now() + wait;
      throw fault;
    }
  }

  private async start(): Promise<ChildProcess> {
    const program = [process.execPath, MEDIA_PROCESS.program];
    const [command = '', ...args] = isLinux
      ? ['/bin/sh', '-c', 'ulimit -c 0; ulimit -d "$0"; exec "$@"', String(DATA_KILOBYTES), ...program]
      : program;
    // Nothing of the node's own, which has its secrets.
    const env = { MALLOC_ARENA_MAX: '2' };
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env });
    const gone = () => {
      if (this.child === child) this.child = null;
    };
    child.once('exit', gone).on('error', gone);
    // A node that has nothing else to do ends, and this with it.
    child.unref();
    child.channel?.unref();
    lowerPriority(child);
    this.child = child;
    await ready(child);
    return child;
  }
}

/** @throws where it ends before it can take a job, or does not say that it can: then no job is to blame. */
async function ready(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const ended = () => reject(new Error('The process of media could not be started.'));
  const deadline = setTimeout(() => {
    reject(new Error(`The process of media did not start within ${MEDIA_PROCESS.startMs} ms.`));
    child.kill('SIGKILL');
  }, MEDIA_PROCESS.startMs);
  child
    .once('message', () => resolve())
    .once('exit', ended)
    .once('error', ended);
  try {
    await promise;
  } finally {
    clearTimeout(deadline);
    child.off('exit', ended).off('error', ended);
  }
}

function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, NICENESS);
  } catch {
    // It is gone already, as its job learns.
  }
}

/** One job in a process, which is killed when that goes beyond a limit. */
class MediaRun {
  private readonly began = performance.now();
  private readonly outcome = Promise.withResolvers<MediaResult>();
  private peakBytes = 0;
  /** Of the process before this job, which is not its first. */
  private processorMsBefore: number | null = null;

  constructor(
    private readonly child: ChildProcess,
    private readonly limits: MediaLimits,
  ) {}

  async of(job: MediaJob): Promise<MediaOutcome> {
    const { child, outcome } = this;
    const answered = (answer: MediaAnswer) => {
      if ('fault' in answer) outcome.reject(new MediaFailure('unreadable', answer.fault));
      else outcome.resolve(answer.result);
    };
    const ended = () => outcome.reject(new MediaFailure('died', 'Its process ended.'));
    const deadline = setTimeout(() => this.stop('time'), clockMsFor(this.limits.timeMs));
    const watch = setInterval(() => void this.watch(), WATCH_MS);
    child.once('message', answered).once('exit', ended).once('error', ended);
    try {
      child.send(job, (fault) => fault && ended());
      const result = await outcome.promise;
      return { ...result, ms: Math.round(performance.now() - this.began), peakBytes: this.peakBytes };
    } finally {
      clearTimeout(deadline);
      clearInterval(watch);
      child.off('message', answered).off('exit', ended).off('error', ended);
    }
  }

  private async watch(): Promise<void> {
    const bytes = await residentBytes(this.child.pid);
    this.peakBytes = Math.max(this.peakBytes, bytes);
    if (bytes > this.limits.memoryBytes) this.stop('memory');
    const processorMs = await processorMsOf(this.child.pid);
    this.processorMsBefore ??= processorMs;
    if (processorMs - this.processorMsBefore > this.limits.timeMs) this.stop('time');
  }

  private stop(reason: 'time' | 'memory'): void {
    const { timeMs, memoryBytes } = this.limits;
    const limit = reason === 'time' ? `${timeMs} ms` : `${memoryBytes} bytes of memory`;
    this.outcome.reject(new MediaFailure(reason, `It took more than ${limit}.`));
    this.child.kill('SIGKILL');
  }
}
