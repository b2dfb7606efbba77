import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Db } from './database.js';
import { rowsOf } from './rows-of.js';

/** Differs after a restored backup, a failover to another timeline, or on another database altogether. */
export async function epochParts(db: Db): Promise<string[]> {
  const [row] = await rowsOf<{ epoch: string; system: string }>(
    db,
    sql`SELECT d.epoch::text AS epoch, s.system_identifier::text AS system FROM deployment d, pg_control_system() s`,
  );
  return row ? [row.epoch, row.system, await timeline(db)] : [];
}

/** Differs between databases of one server too. */
async function databaseId(db: Db): Promise<string> {
  const rows = await rowsOf<{ id: string }>(
    db,
    sql`SELECT oid::text AS id FROM pg_database WHERE datname = current_database()`,
  );
  return rows[0]?.id ?? '';
}

/** What distinguishes one database in one state from any other: its nodes hear of no others. */
export async function deploymentOf(db: Db): Promise<string> {
  return fingerprint([...(await epochParts(db)), await databaseId(db)]);
}

export const fingerprint = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);

/** The control file would give the old timeline until the first checkpoint after a failover. */
async function timeline(db: Db): Promise<string> {
  const rows = await rowsOf<{ timeline: string }>(
    db,
    sql`SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline`,
  );
  return rows[0]?.timeline ?? '';
}
