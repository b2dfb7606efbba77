import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ChildOptions {
  command: string;
  args: string[];
  env: Record<string, string>;
  /** Both of its output streams go to this file. */
  logFile: string;
  cwd?: string;
  /** Run as this user; only a privileged process may set it. */
  uid?: number;
  gid?: number;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process of ours: its output in a file, its end as a promise, ended by its own id and never left behind. */
export class Child {
  readonly exited: Promise<Exit>;
  /** Null while it runs. */
  exit: Exit | null = null;
  private readonly process: ChildProcess;
  /** Nothing outlives this process, whatever ends it (`kill -9` apart). */
  private readonly killAtExit = () => this.signal('SIGKILL');

  constructor(private readonly options: ChildOptions) {
    const log = openSync(options.logFile, 'a');
    const { command, args, env, cwd, uid, gid } = options;
    const settings: SpawnOptions = { env, cwd, uid, gid, stdio: ['ignore', log, log] };
    this.process = spawn(command, args, settings);
    closeSync(log);
    const { promise, resolve } = Promise.withResolvers<Exit>();
    this.exited = promise;
    const end = (code: number | null, signal: NodeJS.Signals | null) => {
      this.exit = { code, signal };
      process.off('exit', this.killAtExit);
      resolve(this.exit);
    };
    this.process.once('exit', end);
    this.process.once('error', () => end(127, null));
    process.on('exit', this.killAtExit);
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.options.command} could not be started.`);
    return this.process.pid;
  }

  /** All that it has printed so far. */
  log(): string {
    return readFileSync(this.options.logFile, 'utf8');
  }

  signal(signal: NodeJS.Signals): void {
    if (this.exit === null) this.process.kill(signal);
  }

  /** Sends the signal and waits for the end; after `timeoutMs` it is killed. */
  async end(signal: NodeJS.Signals, timeoutMs = 15_000): Promise<Exit> {
    this.signal(signal);
    const timer = setTimeout(() => this.signal('SIGKILL'), timeoutMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }
}

/** Part of the environment of our own processes: a fifth of a start is compiling what the one before has compiled. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(tmpdir(), 'parley-compile-cache') };

/** Of the environment we were started with only what a program needs to run at all: never our settings. */
export function bareEnvironment(): Record<string, string> {
  // The last one: whom this machine trusts, where it fetches packages.
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'LANG', 'TZ', 'SystemRoot', 'NODE_EXTRA_CA_CERTS'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
