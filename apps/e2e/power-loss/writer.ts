// A process that does with the embedded database what a node does: it opens it, says what it finds there, and writes until
// it is ended. What it has promised it says, too.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { FOUND, type Found, PROMISES, promise } from './promises.js';

/** So often everything is written to its files, and a file comes and goes. */
const CHECKPOINT_EVERY = 40;

interface Engine {
  query(sql: string): Promise<{ rows: Found[] }>;
  end(): Promise<void>;
}

const { href } = new URL('../../../api/dist/database/embedded-client.js', import.meta.url);
const { EmbeddedClient } = (await import(href)) as { EmbeddedClient: { open(directory: string): Promise<Engine> } };
const tell = (fact: object) => writeSync(1, `${JSON.stringify(fact)}\n`);

const engine = await EmbeddedClient.open(join(process.env.DATA_DIR ?? '', 'postgres'));
await engine.query(PROMISES);
const { rows } = await engine.query(FOUND);
const { last = 0 } = rows[0] ?? {};
tell({ found: rows[0] });
if (process.env.POWER_CUT_AT === undefined) await engine.end();
else for (let id = last + 1; ; id += 1) await keep(id);

async function keep(id: number): Promise<void> {
  await engine.query('BEGIN');
  await engine.query(promise(id));
  await engine.query(`UPDATE promises SET text = text WHERE id = ${id - 1}`);
  await engine.query('COMMIT');
  tell({ acked: id });
  if (id % CHECKPOINT_EVERY !== 0) return;
  await engine.query(`DROP TABLE IF EXISTS other; CREATE TABLE other AS SELECT * FROM promises WHERE id > ${id - 10}`);
  await engine.query('CHECKPOINT');
}
