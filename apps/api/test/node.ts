import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Session } from '@parley/protocol';
import { secretsIn, signedToken } from '@parley/testkit';
import { type SQL, sql } from 'drizzle-orm';
import type { JWTPayload } from 'jose';
import supertest from 'supertest';
import { boot, type Node } from '../src/boot.js';
import { readEnvironment } from '../src/config/environment.js';
import { MEDIA_PROCESS } from '../src/platform/media/media-process.js';
import { EventReporter } from '../src/platform/telemetry/event-reporter.js';
import { createLog } from '../src/platform/telemetry/log.js';
import { freshDatabase, type TestDatabase } from './test-database.js';

// Its program is a process of its own, which runs what was compiled.
MEDIA_PROCESS.program = fileURLToPath(new URL('../dist/platform/media/process/main.js', import.meta.url));

/** The host product's identity provider, played by us. */
export const HOST = {
  issuer: 'https://host.example',
  audience: 'parley-test',
  secret: 'known to this test and its node alone',
};
export const PASSWORD = 'correct horse battery';

export interface TestUser {
  id: string;
  username: string;
  token: string;
  /** Value of an `Authorization` header. */
  bearer: string;
  /** The refresh token, as a `Cookie` header carries it. */
  cookie: string;
}

export type LogLine = Record<string, unknown>;

/** A node in this process, on a fresh database, with everything that a test needs to talk to it. */
export class TestNode {
  constructor(
    readonly node: Node,
    /** All that it has logged so far, at level `info` and above unless `LOG_LEVEL` says otherwise. */
    readonly logs: readonly LogLine[],
    private readonly cleanUp: () => Promise<void>,
    /** Where its files are. */
    readonly filesDirectory: string,
  ) {}

  get url(): string {
    return this.node.url;
  }

  /** REST requests: `node.request.get('/api/users/me')`. */
  get request() {
    return supertest(this.url);
  }

  /** Registers an account with this username and the password `PASSWORD`. */
  async register(username: string): Promise<TestUser> {
    const answer = await this.request.post('/api/auth/register').send({ username, password: PASSWORD }).expect(201);
    return signedIn(answer);
  }

  /** A token as the host product would issue it; its bearer is created when it is used. */
  hostToken(sub: string, claims: JWTPayload = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: HOST.issuer, aud: HOST.audience, iat: now, exp: now + 3600, ...claims, sub };
    return signedToken(all, HOST.secret);
  }

  /** A user of the host product, already known to the node. Much faster than `register`: nothing is hashed. */
  async hostUser(sub: string, claims: JWTPayload = {}): Promise<Omit<TestUser, 'cookie'>> {
    const token = await this.hostToken(sub, { name: sub, ...claims });
    const bearer = `Bearer ${token}`;
    const { body } = await this.request.get('/api/users/me').set('authorization', bearer).expect(200);
    return { id: body.id, username: body.username, token, bearer };
  }

  /** Rows straight from the database: `node.rows(sql\`SELECT …\`)`. */
  async rows<T = Record<string, unknown>>(query: SQL): Promise<T[]> {
    const result = await this.node.databases.main.db.execute(query);
    return (result as unknown as { rows: T[] }).rows;
  }

  /** Rejects where it has logged a password, a token or a text of a message. */
  async close(): Promise<void> {
    const texts = await this.storedTexts();
    await this.node.close();
    await this.cleanUp();
    const log = this.logs.map((line) => JSON.stringify(line)).join('\n');
    const [secret] = secretsIn(log, [PASSWORD, ...texts]);
    if (secret !== undefined) throw new Error(`A secret was logged: ${secret.slice(0, 500)}`);
  }

  /** As they would stand in a line; short ones are in other words by chance. None where the test took the database away. */
  private async storedTexts(): Promise<string[]> {
    const newest = sql`SELECT content FROM messages WHERE length(content) >= 20 ORDER BY id DESC LIMIT 200`;
    const rows = await this.rows<{ content: string }>(newest).catch(() => []);
    return rows.map(({ content }) => JSON.stringify(content).slice(1, -1));
  }
}

/** Boots a node on 127.0.0.1; `env` is added to, and stronger than, what a test node has. */
export async function startNode(env: Record<string, string> = {}): Promise<TestNode> {
  return startOn(await freshDatabase(), env);
}

/** Several nodes of one deployment on a fresh database, each with its way to Redis. The first one removes the database. */
export async function startNodes(redisUrls: readonly string[], more: Record<string, string> = {}): Promise<TestNode[]> {
  const database = await freshDatabase();
  const nodes: TestNode[] = [];
  for (const url of redisUrls) {
    const remove = nodes.length === 0 ? database.remove : async () => undefined;
    const env = { FILES_SHARED: 'yes', REDIS_URL: url, JWT_SECRET: 'common to the nodes of this test', ...more };
    nodes.push(await startOn({ ...database, remove }, env));
  }
  return nodes;
}

/** Boots a node on a database of its own making; closing it removes that. */
export async function startOn(database: TestDatabase, env: Record<string, string>): Promise<TestNode> {
  const logs: LogLine[] = [];
  const config = readEnvironment({
    HOST: '127.0.0.1',
    RATE_LIMITS: 'off',
    AUTH_ISSUER: HOST.issuer,
    AUTH_AUDIENCE: HOST.audience,
    AUTH_SECRET: HOST.secret,
    ...database.env,
    ...env,
    PORT: '0',
  });
  const log = createLog(config.logLevel, { write: (line) => void logs.push(JSON.parse(line) as LogLine) });
  try {
    const node = await boot(config, new EventReporter(log));
    return new TestNode(node, logs, database.remove, join(config.dataDir, 'files'));
  } catch (fault) {
    await database.remove();
    throw fault;
  }
}

/** Who an answer of register, login or refresh signed in. */
export function signedIn(answer: supertest.Response): TestUser {
  const { user, accessToken } = answer.body as Session;
  const [cookie = ''] = (answer.headers['set-cookie'] as unknown as string[] | undefined) ?? [];
  return {
    id: user.id,
    username: user.username,
    token: accessToken,
    bearer: `Bearer ${accessToken}`,
    cookie: cookie.split(';', 1)[0] ?? '',
  };
}
