import { type ChildProcess, spawn } from 'node:child_process';
import { processorMsOf } from './process-usage.js';
import { ProgramFault } from './program-fault.js';

/** What a program may take. */
export interface ProgramLimits {
  /** Of processor time, where the system tells it. */
  ms: number;
  /** From its start: a busy machine may need it for something else. */
  clockMs: number;
  /** Of address space; files that it maps count. */
  memoryBytes: number;
  outputBytes: number;
}

export interface ProgramCall {
  program: string;
  args: readonly string[];
  /** Where it runs: what it reads has a short name there. */
  folder: string;
}

/** The shell sets the limits and becomes the program. It may write no file, and comes after everything else that runs here. */
const SCRIPT = 'ulimit -c 0; ulimit -f 0; ulimit -t "$1"; ulimit -v "$2"; shift 2; exec nice -n 10 "$@"';
const MOST_WORDS = 2_000;
const WATCH_MS = 50;
/** What the system itself holds it to, if the watch is late. */
const SECONDS_BEYOND = 5;

/**
 * What the program writes, as it writes it. It runs in a process of its own, without the environment of this one, and is
 * killed where it goes beyond its limits or nobody reads on. Where this process is killed, its output is closed.
 * @throws {ProgramFault} at the end too, so that what was read is whole only once that is reached.
 */
export async function* outputOf(call: ProgramCall, limits: ProgramLimits): AsyncGenerator<Buffer> {
  const child = start(call, limits);
  const watch = new ProgramWatch(child, limits);
  const end = endOf(child);
  try {
    let bytes = 0;
    for await (const part of child.stdout as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > limits.outputBytes) throw new ProgramFault('output', `wrote more than ${limits.outputBytes} bytes`);
      yield part;
    }
    const { code, signal, words } = await end;
    if (code === 0) return;
    // By any other signal it ends itself, at what it was given.
    throw watch.fault ?? new ProgramFault(signal === 'SIGKILL' ? 'died' : 'failed', words);
  } finally {
    watch.end();
    child.kill('SIGKILL');
    await end;
  }
}

function start({ program, args, folder }: ProgramCall, { ms, memoryBytes }: ProgramLimits) {
  const seconds = Math.ceil(ms / 1_000) + SECONDS_BEYOND;
  const kibibytes = Math.floor(memoryBytes / 1_024);
  return spawn('/bin/sh', ['-c', SCRIPT, 'sh', String(seconds), String(kibibytes), program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    cwd: folder,
  });
}

/** Kills a program that takes longer than it may. */
class ProgramWatch {
  /** Why it was killed. */
  fault: ProgramFault | null = null;
  private readonly deadline: NodeJS.Timeout;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly child: ChildProcess,
    { ms, clockMs }: ProgramLimits,
  ) {
    this.deadline = setTimeout(() => this.kill(`took more than ${clockMs} ms`), clockMs);
    this.timer = setInterval(() => void this.look(ms), WATCH_MS);
  }

  end(): void {
    clearTimeout(this.deadline);
    clearInterval(this.timer);
  }

  private async look(ms: number): Promise<void> {
    if ((await processorMsOf(this.child.pid)) > ms) this.kill(`took more than ${ms} ms of the processor`);
  }

  private kill(words: string): void {
    this.fault ??= new ProgramFault('time', words);
    this.child.kill('SIGKILL');
  }
}

interface End {
  code: number | null;
  /** Null too where it never ran. */
  signal: NodeJS.Signals | null;
  words: string;
}

/** How it ended, whatever way. */
function endOf(child: ChildProcess): Promise<End> {
  let words = '';
  child.stderr?.on('data', (part: Buffer) => {
    if (words.length < MOST_WORDS) words += part.toString('utf8').slice(0, MOST_WORDS - words.length);
  });
  return new Promise((resolve) => {
    child.once('error', (fault) => resolve({ code: null, signal: null, words: fault.message }));
    child.once('close', (code, signal) => resolve({ code, signal, words }));
  });
}
