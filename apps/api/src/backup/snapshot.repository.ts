import type { PlainSession } from '../database/plain-session.js';
import { migrationsHere, placeOf, schemaOf } from '../database/schema-state.js';

const IDS_AT_ONCE = 500;

/** What distinguishes the moment whose rows are read. */
export interface SnapshotFacts {
  /** The hash of the latest migration. */
  schema: string;
  epoch: string;
  /** By the database's clock. */
  madeAt: string;
}

/** A content that the store has, or should have. */
export interface ContentRow {
  id: string;
  size: number;
}

/** From here on the session reads the rows of one moment, until `endSnapshot`. @throws with a sentence. */
export async function beginSnapshot(session: PlainSession): Promise<SnapshotFacts> {
  await session.exec('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const schema = await schemaOf(session);
  if (schema === null) throw new Error('There is nothing to back up: no node has run on this database yet.');
  if (placeOf(schema, migrationsHere()) === null) {
    throw new Error('The database was set up by a newer version of Parley: make the backup with that one.');
  }
  const [row] = await session.query<{ epoch: string; madeAt: string }>(
    `SELECT epoch::text AS epoch, to_json(now())#>>'{}' AS "madeAt" FROM deployment`,
  );
  if (!row) throw new Error('The database has no row in "deployment": it was not set up by Parley.');
  // It outlives the transaction: files may take hours, and the database need not keep for us what is deleted meanwhile.
  await session.exec(
    `DECLARE all_contents CURSOR WITH HOLD FOR
       SELECT id::text AS id, size::float8 AS size FROM file_contents WHERE state IN ('stored', 'part') ORDER BY id`,
  );
  return { schema, ...row };
}

export const endSnapshot = (session: PlainSession): Promise<void> => session.exec('COMMIT');

/** The contents that there were at that moment. */
export async function* contentsIn(session: PlainSession): AsyncGenerator<ContentRow> {
  for (;;) {
    const rows = await session.query<ContentRow>(`FETCH ${IDS_AT_ONCE} FROM all_contents`);
    yield* rows;
    if (rows.length < IDS_AT_ONCE) break;
  }
  await session.exec('CLOSE all_contents');
}

/**
 * Those of these contents that a message carries which has not been deleted: before such a one is removed that is, and a day goes
 * by, unless its uploader leaves. Of Postgres this is the present, of a copied database the moment of the copy.
 */
export async function neededAmong(session: PlainSession, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await session.query<{ id: string }>(
    `SELECT c.id::text AS id FROM file_contents c
      WHERE c.id = ANY (string_to_array($1, ',')::uuid[]) AND c.state = 'stored' AND EXISTS (
        SELECT 1 FROM files f
          JOIN message_files l ON l.file_id = f.id
          JOIN messages m ON m.conversation_id = l.conversation_id AND m.seq = l.seq
         WHERE f.content_id = c.id AND m.deleted_at IS NULL)
      ORDER BY c.id`,
    [ids.join(',')],
  );
  return rows.map(({ id }) => id);
}
