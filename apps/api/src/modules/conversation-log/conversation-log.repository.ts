import { Injectable } from '@nestjs/common';
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../../database/database.js';
import { WriterDatabase } from '../../database/database.module.js';
import type { ChangeRow, ConversationRow } from '../../database/rows.js';
import { conversationChanges, conversations } from '../../database/schema/index.js';
import {
  type BatchRow,
  decodeOutcome,
  encodeBatch,
  type Outcome,
  type PreparedMessage,
  type Wait,
} from './message-batch.js';

const LOCK_TIMEOUT: Record<Wait, string> = { not: '2s', briefly: '100ms', long: '2s' };

@Injectable()
export class ConversationLogRepository {
  constructor(private readonly writer: WriterDatabase) {}

  /** One transaction for the whole batch; the outcomes are in the batch's order. */
  async writeBatch(batch: readonly PreparedMessage[], wait: Wait): Promise<Outcome[]> {
    const owners = sql.param(batch.map((each) => each.conversationId));
    const senders = sql.param(batch.map((each) => each.senderId));
    const keys = sql.param(batch.map((each) => each.clientMessageId));
    const { rows } = (await this.writer.db.execute<BatchRow>(
      // The deadline is set before the function that it is for is called, as that takes its last argument from it.
      sql`SELECT w.* FROM set_config('lock_timeout', ${LOCK_TIMEOUT[wait]}, true) AS deadline
            JOIN LATERAL write_messages(${owners}::uuid[], ${senders}::uuid[], ${keys}::uuid[], ${encodeBatch(batch)}::jsonb,
                                        deadline IS NOT NULL AND ${wait !== 'not'}) AS w ON true`,
    )) as unknown as { rows: BatchRow[] };
    const outcomes: Outcome[] = batch.map(() => ({ kind: 'busy' }));
    for (const row of rows) {
      const sent = batch[row.i];
      if (sent) outcomes[row.i] = decodeOutcome(row, sent);
    }
    return outcomes;
  }

  /** The row, locked until the transaction ends. */
  async lock(tx: Db, id: string): Promise<ConversationRow | null> {
    const [row] = await tx.select().from(conversations).where(eq(conversations.id, id)).for('no key update');
    return row ?? null;
  }

  async updateConversation(tx: Db, id: string, values: Partial<ConversationRow>): Promise<void> {
    await tx.update(conversations).set(values).where(eq(conversations.id, id));
  }

  async insertChange(tx: Db, change: ChangeRow): Promise<void> {
    await tx.insert(conversationChanges).values(change);
  }
}
