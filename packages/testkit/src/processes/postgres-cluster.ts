import { spawnSync } from 'node:child_process';
import { chownSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { bareEnvironment, Child } from './child-process.js';
import { freePort, freshDirectory } from './places.js';
import { childrenOf } from './process-figures.js';
import { program } from './programs.js';
import { type Account, unprivileged } from './unprivileged.js';

/** A Postgres server of our own in a temporary directory, with its defaults: `fsync` and `synchronous_commit` are on. */
export class PostgresCluster {
  private constructor(
    readonly directory: string,
    readonly port: number,
    private child: Child,
    private readonly launch: () => Child,
  ) {}

  static async start(): Promise<PostgresCluster> {
    const account = unprivileged();
    const directory = freshDirectory('postgres');
    if (account.uid !== undefined) chownSync(directory, account.uid, account.gid ?? account.uid);
    const data = join(directory, 'cluster');
    initialise(data, account);
    const port = await freePort();
    const settings = { port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '' };
    const launch = () =>
      new Child({
        command: binary('postgres'),
        args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
        env: bareEnvironment(),
        logFile: join(directory, 'postgres.log'),
        cwd: directory,
        ...account,
      });
    const cluster = new PostgresCluster(directory, port, launch(), launch);
    await cluster.accepting().catch(async (error: unknown) => {
      await cluster.stop();
      throw error;
    });
    return cluster;
  }

  /** Its postmaster: the parent of every process that serves a connection. */
  get pid(): number {
    return this.child.pid;
  }

  url(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  /** Creates an empty database and answers its URL. */
  async createDatabase(name: string): Promise<string> {
    const client = await this.connect('postgres');
    await client.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`).finally(() => client.end());
    return this.url(name);
  }

  /** A session of its own, which the caller ends. */
  async connect(database: string): Promise<Client> {
    const client = new Client({ connectionString: this.url(database) });
    await client.connect();
    return client;
  }

  /**
   * Ends the server and starts it again on the same port after `downMs`; resolves once it takes connections. `fast`
   * ends all sessions in order; `immediate` is a crash: nothing is flushed and no session is notified.
   */
  async restart(how: 'fast' | 'immediate', downMs = 0): Promise<void> {
    await this.child.end(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await sleep(downMs);
    this.child = this.launch();
    await this.accepting();
  }

  /** SIGSTOP for the server and every process that serves a session: it is there and does nothing. */
  pause(): void {
    // The parent first, or it would go on making children.
    this.child.signal('SIGSTOP');
    for (const pid of childrenOf(this.pid)) signal(pid, 'SIGSTOP');
  }

  resume(): void {
    for (const pid of childrenOf(this.pid)) signal(pid, 'SIGCONT');
    this.child.signal('SIGCONT');
  }

  /** Stops the server, paused or not, and removes its directory. */
  async stop(): Promise<void> {
    this.resume();
    await this.child.end('SIGINT');
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Resolves once it takes connections. */
  async accepting(): Promise<void> {
    for (let attempt = 0; attempt < 600; attempt += 1) {
      if (this.child.exit !== null) throw new Error(`Postgres ended at its start:\n${this.child.log()}`);
      const client = await this.connect('postgres').catch(() => null);
      if (client) return client.end();
      await sleep(50);
    }
    throw new Error(`Postgres did not answer within 30 seconds:\n${this.child.log()}`);
  }
}

/** A session may have ended since it was seen. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ESRCH') throw fault;
  }
}

function initialise(data: string, account: Account): void {
  // What stands there before the server runs needs to outlive no power loss.
  const args = ['-D', data, '--no-sync', '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'];
  const done = spawnSync(binary('initdb'), args, {
    env: bareEnvironment(),
    cwd: join(data, '..'),
    ...account,
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`initdb failed: ${done.stderr || done.error?.message}`);
}

function binary(name: string): string {
  return program(name, 'install PostgreSQL 15 or later');
}
