import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_ISSUER, type Issuer } from '../clients/tokens.js';
import { bareEnvironment, Child, COMPILE_CACHE, type Exit } from './child-process.js';
import { migratedDirectory } from './data-template.js';
import { secretsIn } from './log-secrets.js';
import { freePort, freshDirectory, ROOT, SERVER } from './places.js';

export interface NodeOptions {
  /** Added to, and stronger than, what the harness sets. */
  env?: Record<string, string>;
  /** A free one where missing. */
  port?: number;
  /** Kept over restarts; where missing, one of its own, removed by `stop`: `start` finds an empty database in it. */
  dataDirectory?: string;
  /** Where its files are, if not in its data directory: for nodes that share them. */
  filesDirectory?: string;
  /** For `node` itself, before the script. */
  nodeArguments?: string[];
  /** Another build's compiled `main.js` where it is not to be this one's; it runs in the root of its own repository. */
  server?: string;
  issuer?: Issuer;
}

const ownDirectory = (options: NodeOptions): string => options.dataDirectory ?? freshDirectory('data');

/** One server process, started as `npm start` starts it, on a port of its own. */
export class ParleyNode {
  private stopped: Promise<Exit> | null = null;

  private constructor(
    private readonly child: Child,
    readonly url: string,
    readonly dataDirectory: string,
    private readonly ownDirectories: string[],
  ) {}

  /** Resolves once `/health/ready` answers 200; rejects with the log if the process ends or takes over three minutes. */
  static async start(options: NodeOptions = {}): Promise<ParleyNode> {
    const isCopied = !options.dataDirectory && !options.server && !options.env?.DATABASE_URL;
    const directory = isCopied ? await ParleyNode.directory() : ownDirectory(options);
    const node = await ParleyNode.spawn(options, directory);
    await node.ready().catch(async (error: unknown) => {
      await node.end();
      throw error;
    });
    return node;
  }

  /** Starts the process without waiting for anything: for those that are expected to refuse. */
  static launch(options: NodeOptions = {}): Promise<ParleyNode> {
    return ParleyNode.spawn(options, ownDirectory(options));
  }

  /** A data directory with an empty database, for nodes that follow each other on it. The caller removes it. */
  static directory(): Promise<string> {
    return migratedDirectory(async (dataDirectory) => {
      const node = await ParleyNode.start({ dataDirectory });
      await node.stop();
    });
  }

  private static async spawn(options: NodeOptions, dataDirectory: string): Promise<ParleyNode> {
    const port = options.port ?? (await freePort());
    const logs = freshDirectory('log');
    const files = join(dataDirectory, 'files');
    if (options.filesDirectory && !existsSync(files)) symlinkSync(options.filesDirectory, files);
    const { issuer, audience, secret } = options.issuer ?? DEFAULT_ISSUER;
    const child = new Child({
      command: process.execPath,
      args: [...(options.nodeArguments ?? []), options.server ?? SERVER],
      cwd: options.server?.replace(/[\\/]apps[\\/]api[\\/]dist[\\/].*/, '') ?? ROOT,
      logFile: join(logs, 'node.log'),
      env: {
        ...bareEnvironment(),
        HOST: '127.0.0.1',
        PORT: String(port),
        DATA_DIR: dataDirectory,
        LOG_LEVEL: 'warn',
        ...COMPILE_CACHE,
        AUTH_ISSUER: issuer,
        AUTH_AUDIENCE: audience,
        AUTH_SECRET: secret,
        // Scripts send faster than people.
        MESSAGES_PER_SECOND: '1000',
        MESSAGES_PER_MINUTE: '60000',
        ...options.env,
      },
    });
    const own = options.dataDirectory === undefined ? [logs, dataDirectory] : [logs];
    return new ParleyNode(child, `http://127.0.0.1:${port}`, dataDirectory, own);
  }

  get pid(): number {
    return this.child.pid;
  }

  get exited(): Promise<Exit> {
    return this.child.exited;
  }

  /** All that it has printed so far. */
  log(): string {
    return this.child.log();
  }

  async ready(timeoutMs = 180_000): Promise<void> {
    const until = Date.now() + timeoutMs;
    while (Date.now() < until) {
      if (this.child.exit !== null) throw new Error(`The server ended at its start:\n${this.log()}`);
      const answer = await fetch(`${this.url}/health/ready`).catch(() => null);
      await answer?.arrayBuffer();
      if (answer?.status === 200) return;
      await sleep(50);
    }
    throw new Error(`The server was not ready within ${timeoutMs / 1000} seconds:\n${this.log()}`);
  }

  /** Null while it runs. */
  get exit(): Exit | null {
    return this.child.exit;
  }

  /** SIGSTOP: it is there and does nothing, until `resume`. */
  pause(): void {
    this.child.signal('SIGSTOP');
  }

  resume(): void {
    this.child.signal('SIGCONT');
  }

  /** `kill -9`. */
  kill(): Promise<Exit> {
    return this.child.end('SIGKILL');
  }

  /** SIGTERM, and nothing more: the exit is the server's own work. */
  terminate(timeoutMs = 30_000): Promise<Exit> {
    return this.child.end('SIGTERM', timeoutMs);
  }

  /** Ends the process and removes what was made for it, once. Rejects where it has logged a secret. */
  stop(): Promise<Exit> {
    this.stopped ??= this.stopOnce();
    return this.stopped;
  }

  private async stopOnce(): Promise<Exit> {
    const { exit, log } = await this.end();
    const [secret] = secretsIn(log);
    if (secret !== undefined) throw new Error(`A secret was logged: ${secret.slice(0, 500)}`);
    return exit;
  }

  /** Returns all that it has printed too, as the file is gone after this. */
  private async end(): Promise<{ exit: Exit; log: string }> {
    this.resume();
    const exit = await this.child.end('SIGTERM');
    const log = this.log();
    for (const directory of this.ownDirectories) rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
    return { exit, log };
  }
}
