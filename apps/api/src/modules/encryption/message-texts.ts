import { Injectable } from '@nestjs/common';
import type { Db } from '../../database/database.js';
import { ConversationKeys } from './conversation-keys.js';
import { isSealed, type Text } from './text-key.js';

/** A row of `messages` that was read as it is stored. */
type StoredMessage = Text & { id: string; conversationId: string };

/** Reads what is stored of messages: decrypted where it is encrypted. Without keys rows are handed on as they are. */
@Injectable()
export class MessageTexts {
  constructor(private readonly keys: ConversationKeys) {}

  /** The same rows in the same order. `db` is what they were read with, as within a transaction nothing else may be used. */
  async open<T extends StoredMessage>(db: Db, rows: readonly T[]): Promise<T[]> {
    if (!this.keys.isOn || !rows.some(isSealed)) return [...rows];
    const keys = await this.keys.find(
      db,
      rows.filter(isSealed).map(({ conversationId }) => conversationId),
    );
    return rows.map((row) => keys.get(row.conversationId)?.openAll(row, row.id) ?? withoutText(row));
  }

  async openOne<T extends StoredMessage>(db: Db, row: T): Promise<T> {
    const [opened] = await this.open(db, [row]);
    return opened ?? row;
  }
}

/** Of an encrypted row whose key was destroyed: there is nobody who could read it. */
const withoutText = <T extends Text>(row: T): T => (isSealed(row) ? { ...row, content: '', metadata: {} } : row);
