import { Injectable } from '@nestjs/common';
import { eq, gt, sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { authTickets } from '../../database/schema/index.js';

/** Expired rows that each new one takes away, so that those which nobody used never add up. */
const REMOVED_WITH_EACH = 100;

export interface TicketRow {
  hash: Buffer;
  sealedToken: Buffer;
}

@Injectable()
export class TicketsRepository {
  constructor(private readonly database: Database) {}

  /** Keeps a ticket for so many seconds, by the clock of the database, which is the same for all nodes. */
  async create({ hash, sealedToken }: TicketRow, seconds: number): Promise<void> {
    await this.database.db.execute(sql`
      WITH expired AS (
        SELECT hash FROM auth_tickets WHERE expires_at <= now() LIMIT ${REMOVED_WITH_EACH} FOR UPDATE SKIP LOCKED
      ), removed AS (
        DELETE FROM auth_tickets WHERE hash IN (SELECT hash FROM expired)
      )
      INSERT INTO auth_tickets (hash, sealed_token, expires_at)
      VALUES (${hash}, ${sealedToken}, now() + make_interval(secs => ${seconds}))`);
  }

  /** What the ticket stands for. Of all who ask for it one gets it, and none once it has expired. */
  async take(hash: Buffer): Promise<Buffer | null> {
    const [row] = await this.database.db
      .delete(authTickets)
      .where(eq(authTickets.hash, hash))
      .returning({ sealedToken: authTickets.sealedToken, isGood: gt(authTickets.expiresAt, sql`now()`) });
    return row?.isGood ? row.sealedToken : null;
  }
}
