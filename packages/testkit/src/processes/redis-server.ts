import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { bareEnvironment, Child } from './child-process.js';
import { freePort, freshDirectory } from './places.js';
import { program } from './programs.js';

export interface RedisOptions {
  /** Of `redis.conf`. */
  settings?: Readonly<Record<string, string>>;
  /** In PEM. It then speaks TLS only; who connects is to trust this certificate. */
  tls?: { cert: string; key: string };
}

/** A Redis of our own on a private port that keeps nothing on disk: whenever it starts, it is empty. */
export class RedisServer {
  private child: Child;

  private constructor(
    private readonly directory: string,
    readonly port: number,
    private readonly options: RedisOptions,
  ) {
    this.child = this.launch();
  }

  static async start(options: RedisOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(freshDirectory('redis'), await freePort(), options);
    await server.answering().catch(async (error: unknown) => {
      await server.close();
      throw error;
    });
    return server;
  }

  get url(): string {
    return `${this.options.tls ? 'rediss' : 'redis'}://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Sends one command on a connection of its own and answers Redis's reply. */
  async command(...words: string[]): Promise<unknown> {
    const { tls } = this.options;
    const once = { reconnectStrategy: false, connectTimeout: 1_000 } as const;
    const socket = tls ? ({ ...once, tls: true, ca: tls.cert } as const) : once;
    const client = createClient({ url: this.url, socket });
    // Without a listener an error would end the process; `connect` and the command reject as well.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.sendCommand(words);
    } finally {
      client.destroy();
    }
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    await this.child.end('SIGKILL');
  }

  /** Starts it again, empty, on the same port, after `kill`; resolves once it answers. */
  async start(): Promise<void> {
    if (this.child.exit === null) throw new Error('Redis runs already.');
    this.child = this.launch();
    await this.answering();
  }

  /** SIGSTOP: connections stay and are even accepted, and nothing answers, until `resume`. */
  pause(): void {
    this.child.signal('SIGSTOP');
  }

  resume(): void {
    this.child.signal('SIGCONT');
  }

  /** Whatever was done to it: it runs and answers. */
  async revive(): Promise<void> {
    this.resume();
    if (this.child.exit === null) await this.answering();
    else await this.start();
  }

  /** Ends it and removes its directory. */
  async close(): Promise<void> {
    await this.child.end('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }

  private launch(): Child {
    const settings = { bind: '127.0.0.1', save: '', appendonly: 'no', dir: this.directory, ...this.ownSettings() };
    return new Child({
      command: program('redis-server', 'install Redis 7 or later'),
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      env: bareEnvironment(),
      logFile: join(this.directory, 'redis.log'),
      cwd: this.directory,
    });
  }

  private ownSettings(): Readonly<Record<string, string>> {
    const { tls, settings } = this.options;
    if (!tls) return { port: String(this.port), ...settings };
    const [cert, key] = [join(this.directory, 'cert.pem'), join(this.directory, 'key.pem')];
    writeFileSync(cert, tls.cert);
    writeFileSync(key, tls.key);
    return {
      ...{ port: '0', 'tls-port': String(this.port), 'tls-auth-clients': 'no' },
      ...{ 'tls-cert-file': cert, 'tls-key-file': key, ...settings },
    };
  }

  private async answering(): Promise<void> {
    for (let attempt = 0; attempt < 600; attempt += 1) {
      if (this.child.exit !== null) throw new Error(`Redis ended at its start:\n${this.child.log()}`);
      const reply = await this.command('PING').catch(() => null);
      if (reply === 'PONG') return;
      await sleep(25);
    }
    throw new Error(`Redis did not answer within 15 seconds:\n${this.child.log()}`);
  }
}
