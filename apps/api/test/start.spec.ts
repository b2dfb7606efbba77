import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SERVER } from '@parley/testkit';
import { ENGINE, freshDatabase, type TestDatabase } from './test-database.js';

/** The server as a process of its own, as `npm start` runs it. */
class Server {
  output = '';
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(env: Record<string, string>, nodeArguments: readonly string[] = []) {
    this.child = spawn(process.execPath, [...nodeArguments, SERVER], {
      env: { PATH: process.env.PATH ?? '', HOST: '127.0.0.1', PORT: '0', ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        this.output += text;
      });
    }
    const { promise, resolve } = Promise.withResolvers<number | null>();
    this.child.once('close', (code) => resolve(code));
    this.exited = promise;
  }

  /** Its address, once it says that it is ready. */
  async ready(): Promise<string> {
    for (let waited = 0; waited < 500; waited += 1) {
      const url = /^Parley is ready: (\S+)$/m.exec(this.output)?.[1];
      if (url) return url;
      if (this.child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`It did not start:\n${this.output}`);
  }

  /** Waits until it has written this. */
  async said(text: string): Promise<void> {
    for (let waited = 0; waited < 600 && !this.output.includes(text); waited += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }
}

const hasIPv6 = () => Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

let database: TestDatabase;
let running: Server[] = [];
const start = (env: Record<string, string> = {}, nodeArguments: readonly string[] = []) => {
  const server = new Server({ ...database.env, ...env }, nodeArguments);
  running.push(server);
  return server;
};

beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(async () => {
  for (const server of running) server.signal('SIGKILL');
  await Promise.all(running.map((server) => server.exited));
  running = [];
  await database.remove();
});

describe('starting', () => {
  it('§8: prints its address and answers there; SIGTERM ends it with 0, and the next one may start', async () => {
    const server = start();
    const url = await server.ready();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    server.signal('SIGTERM');
    expect(await server.exited).toBe(0);
    expect(server.output).not.toMatch(/"level":"(error|fatal)"/);
    await start().ready();
  });

  it('§8: names every wrong variable on a line of its own, repeats no secret, and touches nothing', async () => {
    const dataDir = join(mkdtempSync(join(tmpdir(), 'parley-test-')), 'data');
    const server = start({ PORT: 'abc', REGISTRATION: 'maybe', JWT_SECRET: 'short', DATA_DIR: dataDir });
    expect(await server.exited).toBe(1);
    const lines = server.output.trim().split('\n');
    expect(lines.map((line) => line.split(' ', 1)[0]).sort()).toEqual(['JWT_SECRET', 'PORT', 'REGISTRATION']);
    expect(server.output).not.toContain('short');
    expect(existsSync(dataDir)).toBe(false);
    rmSync(join(dataDir, '..'), { recursive: true });
  });

  it('§8: a second process on the same DATA_DIR is refused with a sentence; the first does not notice', async () => {
    const url = await start().ready();
    const second = start();
    expect(await second.exited).toBe(1);
    expect(second.output).toMatch(
      /^Another Parley process \(pid \d+\) is using the data directory .+ Stop it first, or give this one a DATA_DIR of its own\.$/m,
    );
    expect(second.output).not.toContain('    at ');
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  // The embedded database is in its DATA_DIR: there is no second way to it.
  if (ENGINE === 'postgres') {
    it('§8: a second node on the same database, without Redis, is refused with a sentence', async () => {
      const url = await start().ready();
      const elsewhere = mkdtempSync(join(tmpdir(), 'parley-test-'));
      const second = start({ DATA_DIR: elsewhere });
      expect(await second.exited).toBe(1);
      expect(second.output).toContain(
        'Another Parley node is using this database. Set REDIS_URL on all of them to run several nodes.',
      );
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      rmSync(elsewhere, { recursive: true });
    });
  }

  it('§8: the lock of a killed process is taken over', async () => {
    const first = start();
    await first.ready();
    first.signal('SIGKILL');
    await first.exited;
    expect(await start().ready()).toMatch(/^http:/);
  });

  it('§8: without HOST it answers at both families', async () => {
    const { port } = new URL(await start({ HOST: '' }).ready());
    const hosts = ['127.0.0.1', 'localhost', ...(hasIPv6() ? ['[::1]'] : [])];
    for (const host of hosts) expect((await fetch(`http://${host}:${port}/health/live`)).status).toBe(200);
  });

  // One without accounts is left without a word: "waits for a database that does not answer".
  if (ENGINE === 'embedded') {
    it('§8: DATABASE_URL over an embedded database with accounts is refused, unless EMBEDDED_DATA=ignore', async () => {
      const first = start();
      const body = JSON.stringify({ username: 'ann', password: 'correct horse' });
      const headers = { 'content-type': 'application/json' };
      const { status } = await fetch(`${await first.ready()}/api/auth/register`, { method: 'POST', headers, body });
      expect(status).toBe(201);
      first.signal('SIGKILL');
      await first.exited;
      const other = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
      const refused = start(other);
      expect(await refused.exited).toBe(1);
      expect(refused.output).toMatch(/holds accounts.*Unset DATABASE_URL.*EMBEDDED_DATA=ignore/);
      const ignoring = start({ ...other, EMBEDDED_DATA: 'ignore' });
      await ignoring.said('the database does not answer yet');
      expect(ignoring.output).toContain('the database does not answer yet');
    });
  }

  it('§8: a port that is taken is named in a sentence', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const server = start({ PORT: String(port) });
    expect(await server.exited).toBe(1);
    expect(server.output).toContain(`Port ${port} is taken by another process.`);
    other.close();
  });

  it('§8: a generated secret is kept, for its owner alone, and tokens outlive a restart', async () => {
    const first = start();
    const url = await first.ready();
    const body = JSON.stringify({ username: 'ann', password: 'correct horse' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/auth/register`, { method: 'POST', headers, body });
    const { accessToken } = (await answer.json()) as { accessToken: string };
    expect(statSync(join(database.env.DATA_DIR ?? '', 'jwt-secret')).mode & 0o777).toBe(0o600);
    first.signal('SIGTERM');
    await first.exited;
    const again = await start().ready();
    const me = await fetch(`${again}/api/users/me`, { headers: { authorization: `Bearer ${accessToken}` } });
    expect(me.status).toBe(200);
  });

  it('§8: waits for a database that does not answer, logs that, and can be ended meanwhile', async () => {
    const server = start({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    await server.said('the database does not answer yet');
    expect(server.output).toContain('the database does not answer yet');
    server.signal('SIGTERM');
    expect(await server.exited).toBe(0);
  });
});

describe('a defect', () => {
  /** Makes the process run `code` when it gets SIGUSR2. */
  const onSignal = (code: string) => ['--import', `data:text/javascript,process.on('SIGUSR2',()=>{${code}})`];

  it('an unhandled rejection is logged, and the node goes on', async () => {
    const server = start({}, onSignal("Promise.reject(new Error('left alone'))"));
    const url = await server.ready();
    server.signal('SIGUSR2');
    await server.said('left alone');
    expect(server.output).toMatch(/"level":"error".*left alone.*a rejection was not handled/);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  it('an uncaught exception is logged and ends the node in order, with 1', async () => {
    const server = start({}, onSignal("throw new Error('not expected')"));
    await server.ready();
    server.signal('SIGUSR2');
    expect(await server.exited).toBe(1);
    expect(server.output).toMatch(/"level":"fatal".*not expected/);
    expect(server.output).toContain('the node has stopped');
    expect(await start().ready()).toMatch(/^http:/);
  });
});
