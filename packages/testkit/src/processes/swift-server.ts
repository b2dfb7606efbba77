import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../clients/eventually.js';
import { bareEnvironment, Child } from './child-process.js';
import { freePort } from './places.js';
import { program } from './programs.js';
import { ACCESS_KEY, RINGS, SECRET_KEY, SERVERS, STORAGE, type SwiftPorts, swiftSettings } from './swift-settings.js';

const HINT = 'on Debian: apt-get install swift-proxy swift-account swift-container swift-object memcached';
/** Swift keeps attributes with each file, which file systems in memory take only since Linux 6.6. */
const DIRECTORY = '/var/tmp/parley-swift-';
/** A second of processor time each, all at once, on a machine that may be busy. */
const START_MS = 150_000;

/** OpenStack Swift with its API of S3: one of each of its servers on private ports, with a folder for a disk. */
export class SwiftServer {
  /** Uploads in parts that were begun can be found. */
  readonly listsUploads = true;
  private children: Child[] = [];

  private constructor(
    private readonly bucket: string,
    private readonly directory: string,
    private readonly ports: SwiftPorts,
  ) {}

  static async start(bucket: string): Promise<SwiftServer> {
    const names = [...SERVERS, 'memcached'] as const;
    const ports = await Promise.all(names.map(async (name) => [name, await freePort()] as const));
    const server = new SwiftServer(bucket, mkdtempSync(DIRECTORY), Object.fromEntries(ports) as SwiftPorts);
    try {
      server.configure();
      await server.launch();
      await server.createBucket();
      return server;
    } catch (fault) {
      await server.close();
      throw fault;
    }
  }

  /** By which it is asked; `BUCKET.s3.localhost` is the host of a bucket that is not in the path, which nobody resolves. */
  get settings() {
    const key = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY };
    return { endpoint: this.url, region: 'us-east-1', bucket: this.bucket, ...key, isPathStyle: true };
  }

  private get url(): string {
    return `http://127.0.0.1:${this.ports.proxy}`;
  }

  /** How many objects it has on its disk; each part of one is an object, and so is each upload in parts. */
  get kept(): number {
    const names = readdirSync(join(this.directory, 'disks'), { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('.data')).length;
  }

  /** `kill -9` for all of it at once. */
  async stop(): Promise<void> {
    await Promise.all(this.children.map((child) => child.end('SIGKILL')));
  }

  /** Starts it again after `stop`, on the same ports and with what it had; resolves once it listens. */
  async launch(): Promise<void> {
    const user = userInfo().username;
    this.children = [
      this.child('memcached', ['-l', '127.0.0.1', '-p', `${this.ports.memcached}`, '-U', '0', '-u', user]),
      ...SERVERS.map((name) => this.child(`swift-${name}-server`, [join(this.directory, `${name}.conf`), '-v'])),
    ];
    await eventually('Swift listens', () => this.isListening(), START_MS);
  }

  /** Ends it and removes what it has. */
  async close(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }

  private configure(): void {
    const { directory, ports } = this;
    mkdirSync(join(directory, 'disks', 'one'), { recursive: true });
    // Debian's own, whichever other one stands first in PATH.
    execFileSync('/usr/bin/python3', ['-c', RINGS, directory, ...STORAGE.map((name) => `${name}:${ports[name]}`)]);
    for (const name of SERVERS) writeFileSync(join(directory, `${name}.conf`), swiftSettings(name, directory, ports));
  }

  private child(name: string, args: string[]): Child {
    return new Child({
      ...{ command: program(name, HINT), args, cwd: this.directory, env: bareEnvironment() },
      logFile: join(this.directory, `${name}.log`),
    });
  }

  private async isListening(): Promise<boolean> {
    const ended = this.children.find(({ exit }) => exit !== null);
    if (ended) throw new Error(`A server of Swift ended at its start:\n${ended.log()}`);
    const open = await Promise.all(Object.values(this.ports).map(canConnect));
    return open.every(Boolean);
  }

  /** By Swift's own API. */
  private async createBucket(): Promise<void> {
    const credentials = { 'x-auth-user': ACCESS_KEY, 'x-auth-key': SECRET_KEY };
    const signedIn = await fetch(`${this.url}/auth/v1.0`, { headers: credentials });
    const headers = { 'x-auth-token': signedIn.headers.get('x-auth-token') ?? '' };
    const { status } = await fetch(`${signedIn.headers.get('x-storage-url')}/${this.bucket}`, {
      method: 'PUT',
      headers,
    });
    if (status !== 201) throw new Error(`Swift answered ${status} where a bucket was to be made.`);
  }
}

function canConnect(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection(port, '127.0.0.1');
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
