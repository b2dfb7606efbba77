import { Injectable } from '@nestjs/common';
import { excerptOf, type Metadata } from '@parley/protocol';
import { type SQL, sql } from 'drizzle-orm';
import type { Availability } from '../../database/availability.js';
import { Database, type Db } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import { ConversationKeys, isSealed, TEXT_MARK, type TextKey } from '../encryption/index.js';

/** Of the advisory locks of this database, the one under which old texts are encrypted: by one node at a time. */
const TEXTS_LOCK = 7_265_003_062;

/** Rows of one kind in one transaction. */
export interface Bounds {
  conversations: number;
  rows: number;
}

/** Messages of one conversation that may be stored as they are: those beyond `from` up to `to`. */
interface Stretch {
  conversationId: string;
  from: number;
  to: number;
}

interface PlainMessage {
  id: string;
  seq: number;
  content: string;
  metadata: Metadata;
  excerpt: string | null;
  hash: string;
}

interface PlainEdit {
  id: string;
  messageId: string;
  content: string;
  metadata: Metadata;
}

interface PlainReport {
  id: string;
  content: string | null;
  comment: string | null;
}

/** Texts that were stored before there were keys, which are encrypted step by step: from the newest of a conversation to the oldest. */
@Injectable()
export class PlainTextsRepository {
  constructor(
    private readonly database: Database,
    private readonly keys: ConversationKeys,
  ) {}

  get availability(): Availability {
    return this.database.availability;
  }

  /** Makes keys for those of the next conversations that say something and have none. Null: there is no next one. */
  async giveKeys(after: string | null, { conversations }: Bounds): Promise<string | null> {
    const isBeyond = after === null ? sql`` : sql`WHERE x.id > ${after}`;
    const rows = await rowsOf<{ id: string; lacks: boolean }>(
      this.database.db,
      sql`
      SELECT c.id, c.last_seq > 0 AND NOT EXISTS (SELECT 1 FROM conversation_keys k WHERE k.conversation_id = c.id) AS lacks
        FROM (SELECT x.id, x.last_seq FROM conversations x ${isBeyond} ORDER BY x.id LIMIT ${conversations}) c
       ORDER BY c.id`,
    );
    const lacking = rows.flatMap(({ id, lacks }) => (lacks ? [id] : []));
    if (lacking.length > 0) await this.keys.findOrMake(this.database.db, lacking);
    return rows.at(-1)?.id ?? null;
  }

  /**
   * Encrypts what there is at the end of one conversation that is left, in one transaction that holds up its sends. Returns how
   * many rows; null where nothing is left, or another node is at it.
   */
  step({ rows: most }: Bounds): Promise<number | null> {
    return this.database.transaction(async (tx) => {
      const stretch = await this.next(tx, most);
      const key = stretch && (await this.keys.find(tx, [stretch.conversationId])).get(stretch.conversationId);
      if (!stretch || !key) return null;
      const edits = await this.sealEdits(tx, key, stretch, most);
      const reports = await this.sealReports(tx, key, stretch, most);
      // Of one message there may be more of these than a step takes.
      if (edits === most || reports === most) return edits + reports;
      const messages = await this.sealMessages(tx, key, stretch);
      await tx.execute(sql`
        UPDATE conversation_keys SET plain_to = nullif(${stretch.from}::bigint, 0)
         WHERE conversation_id = ${stretch.conversationId}`);
      return edits + reports + messages;
    });
  }

  /** Locked before its messages, as whoever changes one does. */
  private async next(tx: Db, most: number): Promise<Stretch | null> {
    const [row] = await rowsOf<{ id: string; to: number; mine: boolean }>(
      tx,
      sql`
      SELECT k.conversation_id AS id, k.plain_to::float8 AS "to", pg_try_advisory_xact_lock(${TEXTS_LOCK}) AS mine
        FROM conversation_keys k WHERE k.plain_to IS NOT NULL LIMIT 1`,
    );
    if (!row?.mine) return null;
    await tx.execute(sql`SELECT 1 FROM conversations c WHERE c.id = ${row.id} FOR NO KEY UPDATE`);
    return { conversationId: row.id, from: Math.max(0, row.to - most), to: row.to };
  }

  /** What was edited since is encrypted, but for the hash of what was sent. */
  private async sealMessages(tx: Db, key: TextKey, stretch: Stretch): Promise<number> {
    const rows = await rowsOf<PlainMessage>(
      tx,
      sql`
      SELECT m.id, m.seq::float8 AS seq, m.content, m.metadata, m.excerpt, encode(m.payload_hash, 'hex') AS hash
        FROM messages m
       WHERE ${within('m', stretch)} AND (jsonb_typeof(m.metadata) = 'object' OR octet_length(m.payload_hash) = 32)
       ORDER BY m.seq`,
    );
    const given = rows.map((row) => sealedMessage(key, row));
    // What it takes is counted as it is stored: that differs from before, as the trigger of derived texts asks for.
    await tx.execute(sql`
      UPDATE messages m
         SET content = g.content, metadata = g.metadata, excerpt = g.excerpt, payload_hash = decode(g.hash, 'hex'),
             stored_bytes = coalesce(g.bytes, m.stored_bytes)
        FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS g
             (seq bigint, content text, metadata jsonb, excerpt text, hash text, bytes integer)
       WHERE m.conversation_id = ${stretch.conversationId} AND m.seq = g.seq`);
    return rows.length;
  }

  private async sealEdits(tx: Db, key: TextKey, stretch: Stretch, most: number): Promise<number> {
    const rows = await rowsOf<PlainEdit>(
      tx,
      sql`
      SELECT e.id, e.message_id AS "messageId", e.original_content AS content, e.original_metadata AS metadata
        FROM message_edit_history e
       WHERE ${within('e', stretch)} AND jsonb_typeof(e.original_metadata) = 'object'
         AND (e.original_content <> '' OR e.original_metadata <> '{}') LIMIT ${most}`,
    );
    const given = rows.map(({ id, messageId, ...text }) => ({ id, ...key.sealAll(text, messageId) }));
    await tx.execute(sql`
      UPDATE message_edit_history e SET original_content = g.content, original_metadata = g.metadata
        FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS g (id uuid, content text, metadata jsonb)
       WHERE e.id = g.id`);
    return rows.length;
  }

  private async sealReports(tx: Db, key: TextKey, stretch: Stretch, most: number): Promise<number> {
    const isPlain = (column: string) =>
      sql`(r.${sql.raw(column)} <> '' AND NOT starts_with(r.${sql.raw(column)}, ${TEXT_MARK}))`;
    const rows = await rowsOf<PlainReport>(
      tx,
      sql`
      SELECT r.id, r.content, r.comment FROM message_reports r
       WHERE ${within('r', stretch)} AND (${isPlain('content')} OR ${isPlain('comment')}) LIMIT ${most}`,
    );
    const sealed = (text: string | null, id: string) =>
      text === null || text.startsWith(TEXT_MARK) ? text : key.seal(text, id);
    const given = rows.map(({ id, content, comment }) => ({
      id,
      content: sealed(content, id),
      comment: sealed(comment, id),
    }));
    await tx.execute(sql`
      UPDATE message_reports r SET content = g.content, comment = g.comment
        FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS g (id uuid, content text, comment text)
       WHERE r.id = g.id`);
    return rows.length;
  }
}

const within = (m: string, { conversationId, from, to }: Stretch): SQL =>
  sql`${sql.raw(m)}.conversation_id = ${conversationId} AND ${sql.raw(m)}.seq > ${from} AND ${sql.raw(m)}.seq <= ${to}`;

function sealedMessage(key: TextKey, { id, seq, content, metadata, excerpt, hash }: PlainMessage) {
  const keyedHash = key.hash(Buffer.from(hash, 'hex')).toString('hex');
  if (isSealed({ metadata })) return { seq, content, metadata, excerpt, hash: keyedHash, bytes: null };
  const sealed = key.sealAll({ content, metadata }, id);
  // Rows of before excerpts were stored have none, however long their text is.
  const shown = excerpt ?? excerptOf(content);
  return {
    ...{ seq, ...sealed, hash: keyedHash },
    excerpt: shown === content ? null : key.seal(shown, id),
    bytes: Buffer.byteLength(sealed.content) + Buffer.byteLength(JSON.stringify(sealed.metadata)),
  };
}
