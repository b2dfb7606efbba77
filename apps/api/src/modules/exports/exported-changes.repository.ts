import { Injectable } from '@nestjs/common';
import type { ExportedReaction } from '@parley/protocol';
import { and, asc, eq, getTableColumns, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import { messageEditHistory, messages } from '../../database/schema/index.js';
import { MessageTextRepository } from '../conversation-log/index.js';
import { ROWS } from './export-lines.js';

/** An edit's place among those of a conversation. */
export interface EditPlace {
  seq: number;
  version: number;
}

/** A reaction's place among those of a conversation. */
export type ReactionPlace = Pick<ExportedReaction, 'seq' | 'emoji' | 'userId'>;

/** Reactions to these messages, or all of one user. */
export type WhichReactions = { seqs: readonly number[] } | { userId: string };

const CREATED = sql.raw(`to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

/** What was done to messages, a page at a time: to one alone it may be much. */
@Injectable()
export class ExportedChangesRepository {
  constructor(
    private readonly database: Database,
    private readonly texts: MessageTextRepository,
  ) {}

  /** What these messages were before their edits; of those alone that are not deleted by now. */
  async edits(conversationId: string, seqs: readonly number[], after: EditPlace) {
    const { conversationId: owner, originalMetadata: _unread, ...shown } = getTableColumns(messageEditHistory);
    const { seq, version } = messageEditHistory;
    const isThere = and(eq(messages.conversationId, owner), eq(messages.seq, seq), isNull(messages.deletedAt));
    const rows = await this.database.db
      .select(shown)
      .from(messageEditHistory)
      .innerJoin(messages, isThere)
      .where(
        and(
          eq(owner, conversationId),
          inArray(seq, [...seqs]),
          sql`(${seq}, ${version}) > (${after.seq}::bigint, ${after.version}::bigint)`,
        ),
      )
      .orderBy(asc(seq), asc(version))
      .limit(ROWS);
    return this.texts.openEdits(this.database.db, conversationId, rows);
  }

  reactions(conversationId: string, which: WhichReactions, after: ReactionPlace): Promise<ExportedReaction[]> {
    const { seq, emoji, userId } = after;
    return rowsOf<ExportedReaction>(
      this.database.db,
      sql`
      SELECT r.conversation_id AS "conversationId", r.message_id AS "messageId", r.seq::float8 AS seq, r.user_id AS "userId",
             r.emoji, ${CREATED} AS "createdAt"
        FROM message_reactions r
       WHERE r.conversation_id = ${conversationId} AND ${conditionOf(which)}
         AND (r.seq, r.emoji, r.user_id) > (${seq}::bigint, ${emoji}::text, ${userId}::uuid)
       ORDER BY r.seq, r.emoji, r.user_id LIMIT ${ROWS}`,
    );
  }
}

const conditionOf = (which: WhichReactions): SQL =>
  'seqs' in which ? sql`r.seq = ANY (${sql.param([...which.seqs])}::bigint[])` : sql`r.user_id = ${which.userId}::uuid`;
