import type { TcpProxy } from '../links/tcp-proxy.js';
import type { Exit } from '../processes/child-process.js';
import { type NodeOptions, ParleyNode } from '../processes/parley-node.js';

/** One life of a node: a process from its start to its end. */
export interface NodeRun {
  node: string;
  pid: number;
  /** Null while it runs. */
  exit: Exit | null;
  /** Whether this process ended it. */
  planned: boolean;
  /** All that it has printed. */
  log: string;
}

/** The links that a node hangs on. */
export interface NodeLinks {
  /** From clients to the node. */
  front: TcpProxy;
  /** From the node to Postgres. */
  postgres: TcpProxy;
  /** From the node to Redis; null where the fleet has none. */
  redis: TcpProxy | null;
}

/** A place in the fleet: its port and its links stay, its process comes and goes. */
export class FleetNode {
  private readonly ended: NodeRun[] = [];
  private current: ParleyNode;
  private expected = false;
  private closed = false;

  private constructor(
    readonly name: string,
    private readonly options: NodeOptions,
    private readonly links: NodeLinks,
    first: ParleyNode,
  ) {
    this.current = first;
  }

  static async start(name: string, options: NodeOptions, links: NodeLinks): Promise<FleetNode> {
    return new FleetNode(name, options, links, await ParleyNode.start(options));
  }

  /** Where clients reach it: through its front link. */
  get url(): string {
    return `http://${this.links.front.host}:${this.links.front.port}`;
  }

  get front(): TcpProxy {
    return this.links.front;
  }

  get postgres(): TcpProxy {
    return this.links.postgres;
  }

  get redis(): TcpProxy {
    if (!this.links.redis) throw new Error('This fleet has no Redis.');
    return this.links.redis;
  }

  /** The process of just now; its own `url` goes past the front link. */
  get node(): ParleyNode {
    return this.current;
  }

  get pid(): number | null {
    return this.current.exit === null ? this.current.pid : null;
  }

  /** How its latest process ended; null while it runs. */
  get exit(): Exit | null {
    return this.current.exit;
  }

  /** All its processes so far, oldest first. */
  get runs(): NodeRun[] {
    return this.closed ? this.ended : [...this.ended, this.run()];
  }

  /** SIGSTOP: its connections stay and nothing answers, until `resume`. */
  pause(): void {
    this.current.pause();
  }

  resume(): void {
    this.current.resume();
  }

  /** `kill -9`, and no new life until `start`. */
  kill(): Promise<Exit> {
    this.expected = true;
    return this.current.kill();
  }

  /** SIGTERM, and no new life until `start`; the exit is the server's own work. */
  terminate(timeoutMs?: number): Promise<Exit> {
    this.expected = true;
    return this.current.terminate(timeoutMs);
  }

  /** A new process on the same port, with other settings where given; resolves once it is ready. */
  async start(changes: NodeOptions = {}): Promise<void> {
    await this.launch(changes);
    await this.current.ready();
  }

  /** As `start`, without waiting for it to be ready. */
  async launch(changes: NodeOptions = {}): Promise<void> {
    if (this.current.exit === null) throw new Error(`${this.name} runs already.`);
    this.ended.push(this.run());
    const before = this.current;
    const env = { ...this.options.env, ...changes.env };
    this.current = await ParleyNode.launch({ ...this.options, ...changes, env });
    this.expected = false;
    await before.stop();
  }

  /** SIGTERM, its end, and a new process. */
  async restart(changes: NodeOptions = {}): Promise<Exit> {
    const exit = await this.terminate();
    await this.start(changes);
    return exit;
  }

  /** Links carry again and the process goes on, a new one where there is none. */
  async heal(): Promise<void> {
    const { front, postgres, redis } = this.links;
    await Promise.all([front.mode('pass'), postgres.mode('pass'), redis?.mode('pass')]);
    this.resume();
    if (this.pid === null) await this.start();
  }

  /** Ends it with its links and removes what was made for it. */
  async close(): Promise<void> {
    this.expected = true;
    this.current.resume();
    await this.current.terminate();
    this.ended.push(this.run());
    this.closed = true;
    await this.current.stop();
    await Promise.all([this.links.front.close(), this.links.postgres.close(), this.links.redis?.close()]);
  }

  private run(): NodeRun {
    const { pid, exit } = this.current;
    return { node: this.name, pid, exit, planned: this.expected, log: this.current.log() };
  }
}
