import { Injectable } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { isOutOfState } from '../../database/faults.js';
import { rowsOf } from '../../database/rows-of.js';

/** Of the embedded database, which has one session: it is the same that begins and ends a copy. */
@Injectable()
export class DatabaseCopyRepository {
  constructor(private readonly database: Database) {}

  /** From now on the log has whole pages, and nothing of it goes. Answers the first file of it that a copy needs. */
  async begin(): Promise<string> {
    this.database.keepsLog = true;
    const rows = await rowsOf<{ first: string }>(
      this.database.db,
      sql`SELECT pg_walfile_name(pg_backup_start('parley', true)) AS first`,
    ).catch((fault: unknown) => {
      this.database.keepsLog = false;
      throw fault;
    });
    return rows[0]?.first ?? '';
  }

  /** Answers what belongs into the copy as `backup_label`. */
  async end(): Promise<string> {
    const rows = await rowsOf<{ label: string }>(
      this.database.db,
      sql`SELECT labelfile AS label FROM pg_backup_stop(false)`,
    ).catch((fault: unknown) => {
      this.database.keepsLog = !isOutOfState(fault);
      throw fault;
    });
    this.database.keepsLog = false;
    return rows[0]?.label ?? '';
  }
}
