import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDirectory, ParleyNode } from '@parley/testkit';
import { ENGINES, type Store } from './engines.js';

const REFUSED_WITHIN_MS = 30_000;
const STACK_TRACE = /^\s+at .+:\d+:\d+/m;

/** Starts a node that is expected to refuse, and returns what it printed. */
async function refusal(env: Record<string, string>, dataDirectory?: string): Promise<string> {
  const node = await ParleyNode.launch({ env, dataDirectory });
  const timer = setTimeout(() => void node.kill(), REFUSED_WITHIN_MS);
  const { code, signal } = await node.exited;
  clearTimeout(timer);
  const said = node.log();
  await node.stop();
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  expect(said).not.toMatch(STACK_TRACE);
  return said;
}

describe('a wrong environment value is refused with a sentence', () => {
  // Which values are wrong is shown of `readEnvironment`, beside it.
  it.each<Record<string, string>>([
    {
      PORT: 'abc',
      DATABASE_URL: 'mysql://127.0.0.1/x',
      REDIS_URL: 'http://127.0.0.1',
      JWT_SECRET: 'short',
      AUTH_JWKS_URL: 'not a url',
      AUTH_SECRET: '',
      FRONTEND_URL: 'not a url',
      REGISTRATION: 'maybe',
      LOG_LEVEL: 'loud',
      RATE_LIMITS: 'perhaps',
      TRUST_PROXY: 'sometimes',
    },
    { AUTH_ISSUER: '', REDIS_URL: 'redis://127.0.0.1:1' },
  ])('each of %j', async (env) => {
    const said = await refusal(env);
    for (const name of Object.keys(env)) expect(said).toContain(name);
  });

  it('DATA_DIR that is a file', async () => {
    const directory = freshDirectory('file');
    const file = join(directory, 'taken');
    writeFileSync(file, '');
    expect(await refusal({}, file)).toContain('DATA_DIR');
    rmSync(directory, { recursive: true });
  });

  it('a database of which a file is missing, which stays as it is', async () => {
    const directory = freshDirectory('broken');
    const control = join(directory, 'postgres/global/pg_control');
    mkdirSync(dirname(control), { recursive: true });
    writeFileSync(control, '');
    expect(await refusal({}, directory)).toContain('PG_VERSION is missing');
    expect(existsSync(control)).toBe(true);
    rmSync(directory, { recursive: true });
  });

  it('takes an empty value for an unset one', async () => {
    const names = ['DATABASE_URL', 'REDIS_URL', 'JWT_SECRET', 'AUTH_JWKS_URL', 'FRONTEND_URL', 'REGISTRATION'];
    const empty = Object.fromEntries([...names, 'ADMIN_USERS', 'TRUST_PROXY', 'RATE_LIMITS'].map((name) => [name, '']));
    const node = await ParleyNode.start({ env: empty });
    expect((await fetch(`${node.url}/health/live`)).status).toBe(200);
    await node.stop();
  });
});

describe.each(ENGINES)('a second process beside a running one, on $engine', ({ engine, open }) => {
  let store: Store;
  let node: ParleyNode;

  beforeAll(async () => {
    store = await open();
    node = await store.startNode();
  });

  afterAll(async () => {
    await node.stop();
    await store.close();
  });

  it('is refused with a sentence on the same DATA_DIR, and the first one goes on', async () => {
    const said = await refusal({}, node.dataDirectory);
    expect(said).toContain(node.dataDirectory);
    expect(said).toContain(String(node.pid));
    expect((await fetch(`${node.url}/health/ready`)).status).toBe(200);
  });

  if (engine !== 'Postgres') return;

  it('is refused with a sentence on the same database without Redis, with a DATA_DIR of its own', async () => {
    const dataDirectory = freshDirectory('second');
    const second = store.startNode({ DATA_DIR: dataDirectory });
    await expect(second).rejects.toThrow(/database[^]*REDIS_URL|REDIS_URL[^]*database/i);
    expect((await fetch(`${node.url}/health/ready`)).status).toBe(200);
    rmSync(dataDirectory, { recursive: true, force: true });
  });
});
