import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Balancer } from './balancer.js';

/** A node as far as a balancer knows one. */
class Backend {
  ready = true;
  /** What it does with a request: answers, or drops the connection without a word. */
  drops = false;
  /** Whether it lets `/health/ready` wait for ever. */
  silent = false;
  readonly asked: string[] = [];
  readonly sockets = new Set<Socket>();
  readonly server: Server;

  constructor(readonly name: string) {
    this.server = createServer((request, response) => {
      if (request.url === '/health/ready') {
        if (this.silent) return;
        response.writeHead(this.ready ? 200 : 503).end();
        return;
      }
      this.asked.push(`${request.method} ${request.url}`);
      if (this.drops) request.socket.resetAndDestroy();
      else request.on('data', () => undefined).on('end', () => response.end(this.name));
    });
    this.server.on('connection', (socket) => this.sockets.add(socket));
  }

  async listen(): Promise<{ host: string; port: number }> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return { host: '127.0.0.1', port: (this.server.address() as AddressInfo).port };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('Balancer', () => {
  let backends: [Backend, Backend];
  let balancer: Balancer;

  beforeEach(async () => {
    backends = [new Backend('one'), new Backend('two')];
    balancer = await Balancer.start(await Promise.all(backends.map((backend) => backend.listen())));
    await balancer.allReady();
  });

  afterEach(async () => {
    await balancer.close();
    await Promise.all(backends.map((backend) => backend.close()));
  });

  async function ask(options: RequestInit = {}): Promise<string> {
    const answer = await fetch(balancer.url, { ...options, headers: { connection: 'close' } });
    return answer.text();
  }

  async function becomes(...ready: boolean[]): Promise<void> {
    while (balancer.ready.join() !== ready.join()) await sleep(10);
  }

  it('gives connections to the ready ones in turn', async () => {
    const answers = [await ask(), await ask(), await ask(), await ask()];
    expect(answers.filter((name) => name === 'one')).toHaveLength(2);
    expect(answers[0]).not.toBe(answers[1]);
  });

  it('gives none to one that is not ready, and some again when it is', async () => {
    backends[0].ready = false;
    await becomes(false, true);
    expect([await ask(), await ask(), await ask()]).toEqual(['two', 'two', 'two']);
    backends[0].ready = true;
    await becomes(true, true);
    expect([await ask(), await ask()].sort()).toEqual(['one', 'two']);
  });

  it('gives none to one that lets its questions wait', async () => {
    backends[0].silent = true;
    await becomes(false, true);
    expect([await ask(), await ask()]).toEqual(['two', 'two']);
  });

  it('takes another one when a connection is refused', async () => {
    await backends[1].close();
    // Requested before the balancer can have noticed.
    expect([await ask(), await ask()]).toEqual(['one', 'one']);
    await becomes(true, false);
    backends[1] = new Backend('two');
  });

  it('sends a GET again to another one when it was dropped unanswered, and never a POST', async () => {
    backends[0].drops = true;
    expect([await ask(), await ask()]).toEqual(['two', 'two']);
    expect(backends[0].asked).toEqual(['GET /']);
    const posts = await Promise.allSettled([ask({ method: 'POST', body: 'x' }), ask({ method: 'POST', body: 'x' })]);
    expect(posts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect([...backends[0].asked, ...backends[1].asked].filter((request) => request === 'POST /')).toHaveLength(2);
  });

  it('resets connections while no node is ready', async () => {
    for (const backend of backends) backend.ready = false;
    await becomes(false, false);
    const socket = createConnection(balancer.port, '127.0.0.1');
    const error = await new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
    expect(error.code).toBe('ECONNRESET');
  });

  it('ends a connection on one side when it ends on the other', async () => {
    await ask();
    const socket = createConnection(balancer.port, '127.0.0.1');
    socket.write('GET /kept HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    const backend = backends.find(({ asked }) => asked.includes('GET /kept'));
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    for (const one of backend?.sockets ?? []) one.destroy();
    await closed;
    expect(socket.destroyed).toBe(true);
  });
});
