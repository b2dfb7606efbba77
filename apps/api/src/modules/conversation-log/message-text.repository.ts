import { Inject, Injectable } from '@nestjs/common';
import { and, eq, getTableColumns, gt, inArray, type SQL, sql } from 'drizzle-orm';
import { CONFIG, type Config } from '../../config/config.js';
import { Database, type Db } from '../../database/database.js';
import { WriterDatabase } from '../../database/database.module.js';
import { fittedRows, fittingRows } from '../../database/fitting-rows.js';
import type { MessageRow } from '../../database/rows.js';
import { rowsOf } from '../../database/rows-of.js';
import {
  conversationParticipants,
  expiredMessages,
  messageEditHistory,
  messages,
} from '../../database/schema/index.js';
import { ConversationKeys, type Keys, MessageTexts, openText } from '../encryption/index.js';
import { BatchEncoder } from './batch-encoder.js';
import { type Said, storedText } from './derived-text.js';
import { MessageAttachments } from './message-attachments.js';
import { type BatchRow, decodeOutcome, type Outcome, type PreparedMessage, type Wait } from './message-batch.js';
import { MessageTokensRepository } from './message-tokens.repository.js';

export type EditRow = Omit<typeof messageEditHistory.$inferSelect, 'conversationId' | 'seq' | 'originalMetadata'>;

/** A message by its place. */
export interface Place {
  conversationId: string;
  seq: number;
}

type NewMessage = typeof messages.$inferInsert & Pick<MessageRow, 'metadata'>;

interface QuotedText extends Place {
  text: string;
}

/** Where a page of edits begins, and how much of them is read. */
interface EditsPlace {
  after: number;
  limit: number;
  bytes: number;
}

const LOCK_TIMEOUT: Record<Wait, string> = { not: '2s', briefly: '100ms', long: '2s' };

const {
  payloadHash: _payloadHash,
  excerpt: _excerpt,
  storedBytes: _storedBytes,
  replyExcerpt: _replyExcerpt,
  ...shown
} = getTableColumns(messages);
/** What reading a message selects, whoever reads it; what is derived from its text stays in the database. */
export const messageColumns = shown;

/** What a repeat is answered with, and its hash. */
const REPEAT_COLUMNS = {
  id: messages.id,
  seq: messages.seq,
  version: messages.createdVersion,
  createdAt: messages.createdAt,
  hash: messages.payloadHash,
};

/**
 * The one place that writes what messages say: text, metadata, and what is derived from them. Other repositories select
 * messages by `messageColumns` and bound what they read by `messageBytes`; of texts alone only the search reads, to make
 * tokens of them (`MessageTokensRepository`) and to check candidates (`SearchRepository`).
 */
@Injectable()
export class MessageTextRepository {
  private readonly encoder: BatchEncoder;

  constructor(
    private readonly database: Database,
    private readonly writer: WriterDatabase,
    private readonly tokens: MessageTokensRepository,
    private readonly attachments: MessageAttachments,
    private readonly keys: ConversationKeys,
    private readonly opener: MessageTexts,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.encoder = new BatchEncoder(config.search);
  }

  /** One transaction for the whole batch; the outcomes are in the batch's order. */
  async writeBatch(sent: readonly PreparedMessage[], wait: Wait): Promise<Outcome[]> {
    const batch = await this.attachments.fillBatch(this.writer.db, sent);
    const textKeys = await this.keysOf(this.writer.db, batch);
    const owners = sql.param(batch.map((each) => each.conversationId));
    const senders = sql.param(batch.map((each) => each.senderId));
    const keys = sql.param(batch.map((each) => each.clientMessageId));
    const rows = await rowsOf<BatchRow>(
      this.writer.db,
      // The deadline is set before the function that it is for is called, as that takes its last argument from it.
      sql`SELECT w.* FROM set_config('lock_timeout', ${LOCK_TIMEOUT[wait]}, true) AS deadline
            JOIN LATERAL write_messages(${owners}::uuid[], ${senders}::uuid[], ${keys}::uuid[], ${this.encoder.encode(batch, textKeys)}::jsonb,
                                        deadline IS NOT NULL AND ${wait !== 'not'}) AS w ON true`,
    );
    const outcomes: Outcome[] = batch.map(() => ({ kind: 'busy' }));
    for (const row of rows) {
      const message = batch[row.i];
      if (message) outcomes[row.i] = decodeOutcome(row, message, textKeys?.get(message.conversationId));
    }
    return textKeys ? this.withPlainRepeats(batch, outcomes) : outcomes;
  }

  /** Null where texts are stored as they are. */
  private async keysOf(db: Db, batch: readonly Pick<PreparedMessage, 'conversationId'>[]): Promise<Keys | null> {
    if (!this.keys.isOn) return null;
    return this.keys.findOrMake(
      db,
      batch.map(({ conversationId }) => conversationId),
    );
  }

  /** What was stored before there were keys has another hash until it is encrypted, too: it is compared once more, by that. */
  private withPlainRepeats(batch: readonly PreparedMessage[], outcomes: readonly Outcome[]): Promise<Outcome[]> {
    return Promise.all(
      outcomes.map(async (outcome, i) => {
        const message = batch[i];
        if (!message || outcome.kind !== 'refused' || outcome.reason !== 'idempotency_conflict') return outcome;
        // The batch is committed: the answers of the others do not depend on this look. This one is asked for again.
        const repeat = await this.findRepeat(message).catch((): Outcome => ({ kind: 'busy' }));
        return repeat ?? outcome;
      }),
    );
  }

  /** What a batch would answer to a repeat; null where nothing was stored under its id. */
  async findRepeat(sent: Repeat): Promise<Outcome | null> {
    const [found] = await this.database.db
      .select({ ...REPEAT_COLUMNS, leftAt: conversationParticipants.leftAt })
      .from(messages)
      .innerJoin(
        conversationParticipants,
        and(
          eq(conversationParticipants.conversationId, messages.conversationId),
          eq(conversationParticipants.userId, messages.senderId),
        ),
      )
      .where(
        and(
          eq(messages.conversationId, sent.conversationId),
          eq(messages.senderId, sent.senderId),
          eq(messages.clientMessageId, sent.clientMessageId),
        ),
      );
    if (!found) return this.findExpired(sent);
    const { id, seq, version, createdAt, hash, leftAt } = found;
    if (!(await this.isHashOf(hash, sent))) return { kind: 'refused', reason: 'idempotency_conflict' };
    const original = { id, seq, version, createdAt: createdAt.toISOString() };
    return { kind: 'duplicate', original, mayRead: leftAt === null };
  }

  private async isHashOf(stored: Buffer, { conversationId, payloadHash }: Repeat): Promise<boolean> {
    const plain = Buffer.from(payloadHash, 'hex');
    if (stored.equals(plain)) return true;
    const key = this.keys.isOn && (await this.keys.find(this.database.db, [conversationId])).get(conversationId);
    return key ? key.hash(plain).equals(stored) : false;
  }

  /** Of what it said nothing is known any more, so that any repeat is one. */
  private async findExpired({ conversationId, senderId, clientMessageId }: Repeat): Promise<Outcome | null> {
    const [found] = await this.database.db
      .select()
      .from(expiredMessages)
      .where(
        and(
          eq(expiredMessages.conversationId, conversationId),
          eq(expiredMessages.senderId, senderId),
          eq(expiredMessages.clientMessageId, clientMessageId),
        ),
      );
    if (!found) return null;
    const { id, seq, createdVersion: version, createdAt } = found;
    return { kind: 'duplicate', original: { id, seq, version, createdAt: createdAt.toISOString() }, mayRead: false };
  }

  /** A message that is numbered already, in the transaction that has locked its conversation. */
  async insert(tx: Db, message: NewMessage): Promise<MessageRow> {
    const keys = await this.keysOf(tx, [message]);
    const stored = storedBy(keys, message);
    const payloadHash = keys?.get(message.conversationId)?.hash(message.payloadHash) ?? message.payloadHash;
    const [row] = await tx
      .insert(messages)
      .values({ ...message, ...stored, payloadHash })
      .returning(messageColumns);
    if (!row) throw new Error('An insert returned no row.');
    return { ...row, content: message.content, metadata: message.metadata };
  }

  /** Changes a message of a locked conversation; what is derived from a text and what it is found by change with it. */
  async update(tx: Db, message: MessageRow, values: Partial<MessageRow>): Promise<MessageRow> {
    const { content = message.content, metadata = message.metadata } = values;
    const isOfText = values.content !== undefined || values.metadata !== undefined;
    const stored = isOfText ? storedBy(await this.keysOf(tx, [message]), { ...message, content, metadata }) : {};
    const [updated] = await tx
      .update(messages)
      .set({ ...values, ...stored })
      .where(and(eq(messages.conversationId, message.conversationId), eq(messages.seq, message.seq)))
      .returning(messageColumns);
    if (!updated) throw new Error('A message of a locked conversation is gone.');
    const row = { ...updated, content, metadata };
    if (row.deletedAt) await this.tokens.remove(tx, row.conversationId, [row.seq]);
    else if (this.config.search && values.content !== undefined) await this.tokens.renew(tx, row);
    return row;
  }

  /** Writes these messages of a locked conversation as they are here, all in one statement. No text may be a new one. */
  async replaceAll(tx: Db, conversationId: string, rows: readonly MessageRow[]): Promise<void> {
    if (rows.length === 0) return;
    const keys = await this.keysOf(tx, [{ conversationId }]);
    const given = rows.map((row) => ({
      ...{ seq: row.seq, version: row.version, mentions: row.mentions, reactions: row.reactions },
      ...{ ...storedBy(keys, row), at: row.deletedAt?.toISOString() ?? null, by: row.deletedBy },
    }));
    await tx.execute(sql`
      UPDATE messages m
         SET version = g.version, content = g.content, metadata = g.metadata, mentions = g.mentions, reactions = g.reactions,
             excerpt = g.excerpt, stored_bytes = g."storedBytes", deleted_at = g.at, deleted_by = g.by
        FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS g
             (seq bigint, version bigint, content text, metadata jsonb, mentions uuid[], reactions jsonb, excerpt text,
              "storedBytes" integer, at timestamptz, by uuid)
       WHERE m.conversation_id = ${conversationId} AND m.seq = g.seq`);
    const gone = rows.flatMap(({ seq, deletedAt }) => (deletedAt ? [seq] : []));
    if (gone.length > 0) await this.tokens.remove(tx, conversationId, gone);
  }

  /** Removes what these messages were before their edits. */
  async forgetOriginals(db: Db, conversationId: string, seqs: readonly number[]): Promise<void> {
    const { conversationId: owner, seq } = messageEditHistory;
    await db.delete(messageEditHistory).where(and(eq(owner, conversationId), inArray(seq, [...seqs])));
  }

  /** Keeps what the message says, before an edit replaces it. */
  async keepOriginal(
    tx: Db,
    message: MessageRow,
    edit: { version: number; editedBy: string; editedAt: Date },
  ): Promise<void> {
    const { content, metadata } = storedBy(await this.keysOf(tx, [message]), message);
    await tx.insert(messageEditHistory).values({
      ...edit,
      conversationId: message.conversationId,
      seq: message.seq,
      messageId: message.id,
      originalContent: content,
      originalMetadata: metadata,
    });
  }

  /**
   * What the message was before its edits, from the oldest after this version: as many as an answer has room for and one
   * at least, of the others only the sizes are looked at.
   */
  async originals(tx: Db, { conversationId, seq }: Place, page: EditsPlace) {
    const { id, messageId, version, originalContent, editedBy, editedAt } = messageEditHistory;
    const candidates = sql`
      SELECT e.id, e.version, ${EDIT_BYTES} + octet_length(e.original_content) AS bytes FROM message_edit_history e
       WHERE e.conversation_id = ${conversationId} AND e.seq = ${seq} AND e.version > ${page.after}
       ORDER BY e.version LIMIT ${page.limit + 1}`;
    const keys = fittingRows(candidates, sql`c.version`, page);
    const found = tx
      .select({ id, messageId, version, originalContent, editedBy, editedAt })
      .from(messageEditHistory)
      .where(eq(id, sql`k.id`))
      .limit(1)
      .as('found');
    const read = await tx
      .select({ row: found._.selectedFields, total: sql<number>`k.total::integer` })
      .from(keys)
      .innerJoinLateral(found, sql`true`)
      .orderBy(sql`k.nth`);
    const fitted = fittedRows(read);
    return { ...fitted, rows: await this.openEdits(tx, conversationId, fitted.rows) };
  }

  /** What edits of one conversation have replaced, as it was. */
  async openEdits<T extends ReplacedText>(db: Db, conversationId: string, rows: readonly T[]): Promise<T[]> {
    if (!this.keys.isOn) return [...rows];
    const key = (await this.keys.find(db, [conversationId])).get(conversationId);
    return rows.map((row) => ({ ...row, originalContent: openText(key, row.originalContent, row.messageId) }));
  }

  async isEditedAfter(tx: Db, { conversationId, seq }: Place, version: number): Promise<boolean> {
    const { conversationId: owner, seq: at, version: edited } = messageEditHistory;
    const [edit] = await tx
      .select({ edited })
      .from(messageEditHistory)
      .where(and(eq(owner, conversationId), eq(at, seq), gt(edited, version)))
      .limit(1);
    return edit !== undefined;
  }

  /** Those of these messages that there are, in this order, in one statement and none without places. */
  async inOrder(tx: Db, places: readonly Place[]): Promise<MessageRow[]> {
    if (places.length === 0) return [];
    // A look-up a place, which the LIMIT keeps apart: one probe of one index, whatever the planner thinks of the sizes.
    const found = tx
      .select(messageColumns)
      .from(messages)
      .where(and(eq(messages.conversationId, sql`q.c`), eq(messages.seq, sql`q.s`)))
      .limit(1)
      .as('found');
    const rows = await tx
      .select(found._.selectedFields)
      .from(
        sql`unnest(${sql.param(places.map(({ conversationId }) => conversationId))}::uuid[],
                   ${sql.param(places.map(({ seq }) => seq))}::bigint[]) WITH ORDINALITY AS q (c, s, i)`,
      )
      .innerJoinLateral(found, sql`true`)
      .orderBy(sql`q.i`);
    return this.opener.open(tx, rows);
  }

  /** The present texts of these messages, as far as an excerpt may need them; nothing of tombstones. */
  async quotedTexts(db: Db, places: readonly Place[]): Promise<QuotedText[]> {
    const rows = await rowsOf<QuotedText & { id: string }>(
      db,
      sql`SELECT q.c AS "conversationId", q.s::float8 AS seq, m.id, m.text
            FROM unnest(${sql.param(places.map(({ conversationId }) => conversationId))}::uuid[],
                        ${sql.param(places.map(({ seq }) => seq))}::bigint[]) AS q (c, s)
            JOIN LATERAL (
              SELECT x.id, ${textToQuote('x')} AS text FROM messages x
               WHERE x.conversation_id = q.c AND x.seq = q.s AND x.deleted_at IS NULL OFFSET 0) m ON true`,
    );
    if (!this.keys.isOn) return rows;
    const keys = await this.keys.find(
      db,
      rows.map(({ conversationId }) => conversationId),
    );
    return rows.map((row) => ({ ...row, text: openText(keys.get(row.conversationId), row.text, row.id) }));
  }
}

/** What a message says, as it is stored; nothing where the key of its conversation was destroyed, which is for good. */
function storedBy(keys: Keys | null, message: Said & Pick<Place, 'conversationId'>): ReturnType<typeof storedText> {
  const key = keys?.get(message.conversationId) ?? null;
  return storedText(key, keys && !key ? { ...message, content: '', metadata: {} } : message);
}

/** What an edit has replaced, of a message. */
interface ReplacedText {
  messageId: string;
  originalContent: string;
}

/** What a repeat is known by. */
type Repeat = Pick<PreparedMessage, 'conversationId' | 'senderId' | 'clientMessageId' | 'payloadHash'>;

/** What of an edit in an answer is not the text. */
const EDIT_BYTES = sql.raw('300');
/** What of a message's answer is neither text nor metadata: ids, times, keys. */
const FRAME_BYTES = 500;
/** A mentioned user: the id, and some of what a page shows of them. */
const MENTION_BYTES = 240;
const REACTION_BYTES = 24;

/**
 * About what a stored message takes of an answer, the quoted text included, computed without reading long values that
 * are stored apart. It bounds how many rows are read; which of them fit exactly is known afterwards. Reactions and
 * mentions count for more than their own size, because a page adds names to them.
 */
export function messageBytes(m: string): SQL {
  return sql`(${sql.raw(`${FRAME_BYTES}`)} + ${ownBytes(m)} + ${sql.raw(`${MENTION_BYTES} * cardinality(${m}.mentions)
    + octet_length(${m}.reactions::text) + ${REACTION_BYTES} * jsonb_array_length(${m}.reactions)`)}
    + CASE WHEN ${sql.raw(m)}.reply_to_seq IS NULL THEN 0 ELSE coalesce((
        SELECT octet_length(${textToQuote('quoted')}) FROM messages quoted
         WHERE ${sql.raw(`quoted.conversation_id = ${m}.conversation_id AND quoted.seq = ${m}.reply_to_seq`)}), 0) END)`;
}

/** About what a stored message takes by itself. Of compressed JSON the length is not known: rows of before it was counted are read for it. */
export const ownBytes = (m: string): SQL =>
  sql.raw(`coalesce(${m}.stored_bytes, octet_length(${m}.content) + octet_length(${m}.metadata::text))`);

/** The excerpt of a text that is longer, else the text; rows of before excerpts were stored hold only that. */
const textToQuote = (m: string): SQL => sql.raw(`coalesce(${m}.excerpt, ${m}.content)`);
