import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { Database } from '../../database/database.js';
import { EmbeddedClient } from '../../database/embedded-client.js';
import { ParleyError } from '../../kernel/errors.js';
import type { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { DatabaseCopies, END_AGAIN } from './database-copies.js';
import { DatabaseCopyRepository } from './database-copy.repository.js';

/** Its first attempts to end a copy fail, as with a queue that is full. */
class BusyRepository extends DatabaseCopyRepository {
  failures = 2;

  override async end(): Promise<string> {
    this.failures -= 1;
    if (this.failures >= 0) throw new ParleyError('service_unavailable');
    return super.end();
  }
}

const directory = mkdtempSync(join(tmpdir(), 'parley-copies-'));
const { firstMs } = END_AGAIN;
let engine: EmbeddedClient;
beforeAll(async () => {
  END_AGAIN.firstMs = 1;
  engine = await EmbeddedClient.openUnsynced(join(directory, 'postgres'));
});
afterAll(async () => {
  END_AGAIN.firstMs = firstMs;
  await engine.end();
  rmSync(directory, { recursive: true });
});

/** What is answered to somebody who has copied at once. */
async function copied(copies: DatabaseCopies): Promise<object[]> {
  const server = createServer((socket) => void copies.serve(socket)).listen(join(directory, 'socket'));
  await once(server, 'listening');
  const client = connect(join(directory, 'socket'), () => client.write('copied\n'));
  const lines = (await text(client)).trimEnd().split('\n');
  server.close();
  return lines.map((line) => JSON.parse(line) as object);
}

it('ends every copy that it has begun, however often that fails, and one that was left begun', async () => {
  const database = { db: drizzle({ client: engine }) } as unknown as Database;
  const repository = new DatabaseCopyRepository(database);
  const copies = (each: DatabaseCopyRepository) =>
    new DatabaseCopies(each, { databaseCopied: () => undefined } as unknown as EventReporter);
  const answers = [
    { code: 0, text: expect.stringMatching(/^[0-9A-F]{24}$/) },
    { code: 0, text: expect.stringContaining('START WAL LOCATION') },
  ];
  expect(await copied(copies(new BusyRepository(database)))).toEqual(answers);
  await repository.begin();
  expect(await copied(copies(repository))).toEqual(answers);
  await expect(repository.end()).rejects.toMatchObject({ cause: { code: '55000' } });
});
