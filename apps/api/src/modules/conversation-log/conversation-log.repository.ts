import { Injectable } from '@nestjs/common';
import { eq } from 'drizzle-orm';
import type { Db } from '../../database/database.js';
import type { ChangeRow, ConversationRow } from '../../database/rows.js';
import { conversationChanges, conversations } from '../../database/schema/index.js';

@Injectable()
export class ConversationLogRepository {
  /** The row, locked until the transaction ends. */
  async lock(tx: Db, id: string): Promise<ConversationRow | null> {
    const [row] = await tx.select().from(conversations).where(eq(conversations.id, id)).for('no key update');
    return row ?? null;
  }

  async updateConversation(tx: Db, id: string, values: Partial<ConversationRow>): Promise<void> {
    await tx.update(conversations).set(values).where(eq(conversations.id, id));
  }

  async insertChanges(tx: Db, changes: readonly ChangeRow[]): Promise<void> {
    await tx.insert(conversationChanges).values([...changes]);
  }
}
