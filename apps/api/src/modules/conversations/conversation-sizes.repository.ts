import { Injectable } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import { conversations } from '../../database/schema/index.js';

interface SizeBucket {
  /** Index of the first bound that is at least their size; as many as there are bounds where none is. */
  bucket: number;
  conversations: number;
  /** Of all of these. */
  messages: number;
}

/** Reads every conversation at once. */
@Injectable()
export class ConversationSizesRepository {
  constructor(private readonly database: Database) {}

  get availability() {
    return this.database.availability;
  }

  count(bounds: readonly number[]): Promise<SizeBucket[]> {
    // Of whole numbers, those up to a bound are below the next number.
    const thresholds = sql.param(bounds.map((bound) => bound + 1));
    const size = sql`(${conversations.lastSeq} - ${conversations.firstSeq} + 1)`;
    return rowsOf<SizeBucket>(
      this.database.db,
      sql`SELECT width_bucket(${size}, ${thresholds}::bigint[]) AS bucket,
                 count(*)::float8 AS conversations, sum(${size})::float8 AS messages
            FROM ${conversations} GROUP BY 1`,
    );
  }
}
