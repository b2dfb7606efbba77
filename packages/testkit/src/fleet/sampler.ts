import { cpuSeconds, openFiles, residentBytes } from '../processes/process-figures.js';

export interface Sample {
  /** Seconds of the machine's monotonic clock. */
  at: number;
  /** As the fleet calls it: `n1`, `n2`, `n3`. */
  node: string;
  pid: number;
  /** Bytes. */
  rss: number;
  fds: number;
  /** Seconds of processor time since the process began. */
  cpu: number;
}

interface Subject {
  readonly name: string;
  /** Null while no process of it runs. */
  readonly pid: number | null;
}

/** Looks at processes once a second, from outside. Linux only: elsewhere there are no samples. */
export class Sampler {
  /** Called with each sample as it is taken. */
  onSample: (sample: Sample) => void = () => undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly subjects: readonly Subject[],
    intervalMs = 1_000,
  ) {
    this.timer = setInterval(() => this.look(), intervalMs);
    this.timer.unref();
  }

  /** Takes a sample of each now, besides those of every second. */
  look(): void {
    const at = Number(process.hrtime.bigint()) / 1e9;
    for (const { name, pid } of this.subjects) {
      const rss = pid === null ? 0 : residentBytes(pid);
      if (pid === null || rss === 0) continue;
      this.onSample({ at, node: name, pid, rss, fds: openFiles(pid), cpu: cpuSeconds(pid) });
    }
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
