import { Injectable } from '@nestjs/common';
import { LIMITS, type UserPresence, type UserView } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import type { Availability } from '../../database/availability.js';
import { Database } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import { presenceOf, toUserView } from '../users/index.js';

/** When a person's presence and profile were changed, if within the time asked for; milliseconds by the database's clock. */
export interface ChangeTimes {
  presenceAt: number | null;
  profileAt: number | null;
}

/** A person of whom something has changed, as it is by now. */
export interface ChangedPerson extends ChangeTimes {
  view: UserView;
  presence: UserPresence;
}

/** A change's place in the order of changes. */
export interface ChangePlace {
  at: number;
  userId: string;
}

interface ChangedPage {
  people: ChangedPerson[];
  /** Null at the end. */
  next: ChangePlace | null;
}

/** A conversation of a person. */
export interface Audience {
  conversationId: string;
  /** Its members hear of each other's coming and going. */
  isSmall: boolean;
}

/** People of a page of changes. */
const AT_A_TIME = 10_000;

interface ChangedRow {
  id: string;
  username: string;
  displayName: string;
  avatarUrl: string | null;
  isBot: boolean;
  status: 'online' | 'offline';
  isAway: boolean;
  isHidden: boolean;
  lastSeen: number | null;
  presence: number | null;
  profile: number | null;
  at: number;
}

const personOf = (row: ChangedRow): ChangedPerson => ({
  view: toUserView(row),
  presence: presenceOf({ ...row, lastSeenAt: row.lastSeen === null ? null : new Date(row.lastSeen) }),
  presenceAt: row.presence,
  profileAt: row.profile,
});

/** What others see of people, as far as it changes: presence and profiles. */
@Injectable()
export class PeopleRepository {
  constructor(private readonly database: Database) {}

  get availability(): Availability {
    return this.database.availability;
  }

  /** Who has changed within the last `ms` milliseconds, from the earliest change on. */
  async changedWithin(ms: number, after: ChangePlace | null): Promise<ChangedPage> {
    const since = sql`now() - ${ms}::float8 * interval '1 millisecond'`;
    const msOf = (column: string) => sql`(extract(epoch FROM ${sql.raw(column)}) * 1000)::float8`;
    const at = sql`greatest(c.presence, c.profile)`;
    const isAfter = after === null ? sql`true` : sql`(${at}, c.id) > (${after.at}::float8, ${after.userId}::uuid)`;
    const rows = await rowsOf<ChangedRow>(
      this.database.db,
      sql`
      SELECT c.*, ${at} AS at FROM (
        SELECT id, username, display_name AS "displayName", avatar_url AS "avatarUrl", is_bot AS "isBot",
               status, is_away AS "isAway", is_hidden AS "isHidden", ${msOf('last_seen_at')} AS "lastSeen",
               CASE WHEN presence_at > ${since} THEN ${msOf('presence_at')} END AS presence,
               CASE WHEN updated_at > ${since} AND updated_at > created_at THEN ${msOf('updated_at')} END AS profile
          FROM users
         WHERE presence_at > ${since} OR (updated_at > ${since} AND updated_at > created_at)) c
       WHERE ${isAfter} ORDER BY ${at}, c.id LIMIT ${AT_A_TIME}`,
    );
    const last = rows.length === AT_A_TIME ? rows.at(-1) : undefined;
    return { people: rows.map(personOf), next: last ? { at: last.at, userId: last.id } : null };
  }

  /** The conversations of each of these people. */
  async audiences(userIds: readonly string[]): Promise<Map<string, Audience[]>> {
    const rows = await rowsOf<{ userId: string; audience: Audience[] }>(
      this.database.db,
      sql`
      SELECT p.user_id AS "userId",
             jsonb_agg(jsonb_build_object('conversationId', p.conversation_id,
                                          'isSmall', c.member_count <= ${LIMITS.receiptsMembers})) AS audience
        FROM conversation_participants p
        JOIN LATERAL (SELECT member_count FROM conversations x WHERE x.id = p.conversation_id OFFSET 0) c ON true
       WHERE p.user_id = ANY(${sql.param([...userIds])}::uuid[]) AND p.left_at IS NULL
       GROUP BY p.user_id`,
    );
    return new Map(rows.map(({ userId, audience }) => [userId, audience]));
  }

  /** The present members who are online and do not hide it; null where the asker is no member. */
  async onlineIn(conversationId: string, askerId: string): Promise<string[] | null> {
    const [row] = await rowsOf<{ userIds: string[] }>(
      this.database.db,
      sql`
      SELECT ARRAY(SELECT u.id::text FROM conversation_participants p
                     JOIN LATERAL (SELECT * FROM users x WHERE x.id = p.user_id OFFSET 0) u ON true
                    WHERE p.conversation_id = ${conversationId} AND p.left_at IS NULL
                      AND u.status = 'online' AND NOT u.is_hidden
                    ORDER BY u.id LIMIT ${LIMITS.onlineMembers}) AS "userIds"
        FROM conversation_participants me
       WHERE me.conversation_id = ${conversationId} AND me.user_id = ${askerId} AND me.left_at IS NULL`,
    );
    return row?.userIds ?? null;
  }
}
