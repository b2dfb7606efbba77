import { type ChildProcess, spawn } from 'node:child_process';
import { ProgramFault } from './program-fault.js';

/** What a program may take. */
export interface ProgramLimits {
  /** From its start, and of processor time. */
  ms: number;
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

/**
 * What the program writes, as it writes it. It runs in a process of its own, without the environment of this one, and is
 * killed where it goes beyond its limits or nobody reads on. Where this process is killed, its output is closed.
 * @throws {ProgramFault} at the end too, so that what was read is whole only once that is reached.
 */
export async function* outputOf(call: ProgramCall, limits: ProgramLimits): AsyncGenerator<Buffer> {
  const began = performance.now();
  const child = start(call, limits);
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
    if (signal !== 'SIGKILL') throw new ProgramFault('failed', words);
    throw new ProgramFault(performance.now() - began >= limits.ms ? 'time' : 'died', words);
  } finally {
    child.kill('SIGKILL');
    await end;
  }
}

function start({ program, args, folder }: ProgramCall, { ms, memoryBytes }: ProgramLimits) {
  const seconds = Math.ceil(ms / 1_000);
  const kibibytes = Math.floor(memoryBytes / 1_024);
  return spawn('/bin/sh', ['-c', SCRIPT, 'sh', String(seconds), String(kibibytes), program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    cwd: folder,
    timeout: ms,
    killSignal: 'SIGKILL',
  });
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
