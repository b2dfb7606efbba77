import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../processes/places.js';
import type { Target } from './connection-link.js';

const HOST = '127.0.0.1';
const POLL_MS = 200;
/** A node that lets so many questions in a row wait for so long is not ready. */
const TIMEOUT_MS = 1_000;
const MOST_UNANSWERED = 2;

interface Backend extends Target {
  ready: boolean;
  /** Questions in a row that it let wait. */
  unanswered: number;
}

/**
 * A round-robin TCP balancer, as one would stand before the nodes: it requests `/health/ready` of each and gives new
 * connections only to those that answer 200. A connection that a node refuses goes to the next one; so does a `GET`
 * that a node drops before it has answered anything.
 */
export class Balancer {
  private readonly backends: Backend[];
  private readonly sockets = new Set<Socket>();
  private readonly stopped = new AbortController();
  private readonly polls: Promise<void>[];
  private turn = 0;

  private constructor(
    private readonly server: Server,
    readonly port: number,
    targets: readonly Target[],
  ) {
    this.backends = targets.map(({ host, port: at }) => ({ host, port: at, ready: false, unanswered: 0 }));
    this.polls = this.backends.map((backend) => this.watch(backend));
    server.on('connection', (client) => this.accept(client));
  }

  /** Resolves once each node has been probed. */
  static async start(targets: readonly Target[]): Promise<Balancer> {
    const port = await freePort();
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen({ port, host: HOST, backlog: 4096 }, resolve);
    await promise;
    const balancer = new Balancer(server, port, targets);
    await Promise.all(balancer.backends.map((backend) => balancer.ask(backend)));
    return balancer;
  }

  get url(): string {
    return `http://${HOST}:${this.port}`;
  }

  /** Whether each node may get new connections, in their order. */
  get ready(): boolean[] {
    return this.backends.map((backend) => backend.ready);
  }

  /** Resolves once every node may get connections; rejects where that takes a minute. */
  async allReady(): Promise<void> {
    for (let look = 0; !this.ready.every(Boolean); look += 1) {
      if (look * POLL_MS > 60_000) throw new Error(`Some nodes do not become ready: ${this.ready.join(', ')}.`);
      await sleep(POLL_MS);
    }
  }

  async close(): Promise<void> {
    this.stopped.abort();
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    await Promise.all(this.polls);
  }

  private async watch(backend: Backend): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.ask(backend);
    }
  }

  private async ask(backend: Backend): Promise<void> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signal = AbortSignal.any([this.stopped.signal, timeout]);
    // A new connection each time: a kept one would prove nothing about new ones.
    const headers = { connection: 'close' };
    const answer = await fetch(`http://${backend.host}:${backend.port}/health/ready`, { signal, headers }).catch(
      () => null,
    );
    await answer?.arrayBuffer().catch(() => null);
    const late = answer === null && timeout.aborted;
    backend.unanswered = late ? backend.unanswered + 1 : 0;
    if (!late || backend.unanswered >= MOST_UNANSWERED) backend.ready = answer?.status === 200;
  }

  private accept(client: Socket): void {
    this.keep(client);
    this.turn += 1;
    const { length } = this.backends;
    const inTurn = this.backends.map((_, place) => this.backends[(this.turn + place) % length] as Backend);
    const passage = new Passage(
      client,
      inTurn.filter(({ ready }) => ready),
    );
    passage.onOpen = (node) => this.keep(node);
    passage.next();
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    // What went wrong is seen by `close`.
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }
}

/** One client's way to one of the nodes. */
class Passage {
  onOpen: (node: Socket) => void = () => undefined;
  /** All that the client has sent, for as long as no node has answered. */
  private said: Buffer[] = [];
  private node: Socket | null = null;
  private answered = false;

  constructor(
    private readonly client: Socket,
    private readonly candidates: Backend[],
  ) {
    client.on('data', (bytes: Buffer) => this.fromClient(bytes));
    client.on('end', () => this.node?.end());
    client.on('close', () => this.node?.destroy());
    client.on('drain', () => this.node?.resume());
  }

  /** Hands the connection to the next candidate; where there is none it is reset. */
  next(): void {
    const target = this.candidates.shift();
    if (!target || this.client.destroyed) return void this.client.resetAndDestroy();
    const node = createConnection({ host: target.host, port: target.port, noDelay: true, allowHalfOpen: true });
    this.node = node;
    this.onOpen(node);
    for (const bytes of this.said) node.write(bytes);
    node.once('connect', () => this.client.resume());
    node.on('drain', () => this.client.resume());
    node.on('data', (bytes: Buffer) => this.fromNode(node, bytes));
    node.on('end', () => this.answered && this.client.end());
    node.on('close', () => this.ended(node.errored !== null));
  }

  private fromClient(bytes: Buffer): void {
    if (!this.answered) this.said.push(bytes);
    if (this.node?.writable && !this.node.write(bytes)) this.client.pause();
  }

  private fromNode(node: Socket, bytes: Buffer): void {
    this.answered = true;
    this.said = [];
    if (this.client.writable && !this.client.write(bytes)) node.pause();
  }

  private ended(failed: boolean): void {
    if (this.client.destroyed) return;
    if (!this.answered && this.repeatable()) return this.next();
    // An orderly end has been passed on with the node's last bytes.
    if (failed || !this.answered) this.client.resetAndDestroy();
  }

  /** Whether all that the client sent may be sent again to another node: nothing yet, or a GET. */
  private repeatable(): boolean {
    return this.said.length === 0 || Buffer.concat(this.said).toString('latin1').startsWith('GET ');
  }
}
