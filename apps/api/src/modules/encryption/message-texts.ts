import { Injectable } from '@nestjs/common';
import type { Db } from '../../database/database.js';
import { ConversationKeys } from './conversation-keys.js';
import { isSealed, type Opened, type StoredText, type Text } from './text-key.js';

/** A row of `messages` that was read as it is stored. */
type StoredMessage = StoredText & { id: string; conversationId: string };

/** Reads what is stored of messages: decrypted where it is encrypted. */
@Injectable()
export class MessageTexts {
  constructor(private readonly keys: ConversationKeys) {}

  /** The same rows in the same order. `db` is what they were read with, as within a transaction nothing else may be used. */
  async open<T extends StoredMessage>(db: Db, rows: readonly T[]): Promise<Opened<T>[]> {
    const encrypted = this.keys.isOn ? rows.filter(isSealed) : [];
    // Without keys no row is encrypted: a node does not start without those that it needs.
    if (encrypted.length === 0) return rows as readonly Opened<T>[] as Opened<T>[];
    const keys = await this.keys.find(
      db,
      encrypted.map(({ conversationId }) => conversationId),
    );
    return rows.map((row) => keys.get(row.conversationId)?.openAll(row, row.id) ?? withoutText(row));
  }

  async openOne<T extends StoredMessage>(db: Db, row: T): Promise<Opened<T>> {
    const [opened] = await this.open(db, [row]);
    return opened ?? withoutText(row);
  }
}

const NOTHING: Text = { content: '', metadata: {} };

/** Of an encrypted row whose key was destroyed nobody can read anything. */
function withoutText<T extends StoredText>(row: T): Opened<T> {
  const { metadata } = row;
  return typeof metadata === 'string' ? { ...row, ...NOTHING } : { ...row, metadata };
}
