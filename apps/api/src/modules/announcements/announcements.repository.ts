import { Injectable } from '@nestjs/common';
import { desc } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { announcements } from '../../database/schema/index.js';

export interface AnnouncementRow {
  number: number;
  text: string;
  endsAt: Date | null;
}

const COLUMNS = { number: announcements.number, text: announcements.text, endsAt: announcements.endsAt };

@Injectable()
export class AnnouncementsRepository {
  constructor(private readonly database: Database) {}

  get availability() {
    return this.database.availability;
  }

  /** Calls `and` in the transaction that inserts it. */
  insert(
    row: Pick<AnnouncementRow, 'text' | 'endsAt'> & { createdBy: string },
    and: (tx: Db) => Promise<void>,
  ): Promise<AnnouncementRow> {
    return this.database.transaction(async (tx) => {
      const [inserted] = await tx.insert(announcements).values(row).returning(COLUMNS);
      await and(tx);
      return inserted as AnnouncementRow;
    });
  }

  async newest(): Promise<AnnouncementRow | null> {
    const [row] = await this.database.db
      .select(COLUMNS)
      .from(announcements)
      .orderBy(desc(announcements.number))
      .limit(1);
    return row ?? null;
  }
}
