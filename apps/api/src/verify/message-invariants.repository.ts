import { type Invariant, within } from './invariant.js';

const SHOWN = `
  SELECT conversation_id, seq, e ->> 'emoji' AS emoji, (e ->> 'count')::bigint AS count
    FROM messages, jsonb_array_elements(reactions) e WHERE reactions <> '[]' AND ${within('conversation_id')}`;
const STORED = `
  SELECT conversation_id, seq, emoji, count(*) AS count, min(created_at) AS first FROM message_reactions
   WHERE ${within('conversation_id')} GROUP BY 1, 2, 3`;
const DIFFERING = `
  SELECT coalesce(s.conversation_id, r.conversation_id) AS conversation_id, coalesce(s.seq, r.seq) AS seq
    FROM (${SHOWN}) s FULL JOIN (${STORED}) r
      ON r.conversation_id = s.conversation_id AND r.seq = s.seq AND r.emoji = s.emoji
   WHERE s.count IS DISTINCT FROM r.count`;

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
/** Which files messages name that nothing says they carry. */
const NOT_CARRIED = `
  SELECT DISTINCT m.conversation_id, m.seq, f.id AS file_id FROM messages m
   CROSS JOIN LATERAL jsonb_array_elements(
     CASE jsonb_typeof(m.metadata -> 'files') WHEN 'array' THEN m.metadata -> 'files' ELSE '[]' END) e
    JOIN files f ON f.id = CASE WHEN (e ->> 'fileId') ~* '${UUID}' THEN (e ->> 'fileId')::uuid END
   WHERE ${within('m.conversation_id')} AND m.metadata ? 'files' AND m.deleted_at IS NULL AND f.uploader_id = m.sender_id
     AND NOT EXISTS (SELECT 1 FROM message_files l
                      WHERE l.conversation_id = m.conversation_id AND l.seq = m.seq AND l.file_id = f.id)`;

const SEARCHABLE = "m.type <> 'system' AND m.deleted_at IS NULL";

/** Of what messages say, and of what is derived from it. `m` stands for a message. */
export const MESSAGE_INVARIANTS: readonly Invariant[] = [
  {
    sentence: 'a deleted message has nothing left',
    broken: `
      SELECT id::text FROM messages
       WHERE ${within('conversation_id')} AND deleted_at IS NOT NULL
         AND (content <> '' OR metadata <> '{}' OR mentions <> '{}' OR reactions <> '[]')`,
  },
  {
    sentence: 'mentions are those of the messages',
    broken: `
      SELECT coalesce(m.conversation_id, n.conversation_id)::text || ' at ' || coalesce(m.seq, n.seq) FROM (
        SELECT DISTINCT unnest(mentions) AS user_id, conversation_id, seq FROM messages
         WHERE mentions <> '{}' AND ${within('conversation_id')}) m
        FULL JOIN (SELECT * FROM mentions WHERE ${within('conversation_id')}) n
          ON n.user_id = m.user_id AND n.conversation_id = m.conversation_id AND n.seq = m.seq
       WHERE m.seq IS NULL OR n.seq IS NULL`,
    repair: [
      `DELETE FROM mentions n WHERE ${within('n.conversation_id')} AND NOT EXISTS (
         SELECT 1 FROM messages m
          WHERE m.conversation_id = n.conversation_id AND m.seq = n.seq AND n.user_id = ANY (m.mentions))`,
      `INSERT INTO mentions (user_id, conversation_id, seq)
       SELECT DISTINCT unnest(mentions), conversation_id, seq FROM messages
        WHERE mentions <> '{}' AND ${within('conversation_id')} ON CONFLICT DO NOTHING`,
    ],
  },
  {
    sentence: 'the reactions that a message shows are those of people',
    broken: `SELECT conversation_id::text || ' at ' || seq FROM (${DIFFERING}) d`,
    repair: [
      `UPDATE messages m SET reactions = coalesce((
          SELECT jsonb_agg(jsonb_build_object('emoji', r.emoji, 'count', r.count) ORDER BY r.first, r.emoji)
            FROM (${STORED}) r WHERE r.conversation_id = m.conversation_id AND r.seq = m.seq), '[]')
         FROM (SELECT DISTINCT conversation_id, seq FROM (${DIFFERING}) d) d
        WHERE m.conversation_id = d.conversation_id AND m.seq = d.seq AND m.deleted_at IS NULL`,
    ],
  },
  {
    // Before the files, which would be taken for loose, and removed a day after.
    sentence: 'messages carry the files that they name',
    broken: `SELECT conversation_id::text || ' at ' || seq FROM (${NOT_CARRIED}) m`,
    repair: [
      `INSERT INTO message_files (conversation_id, seq, file_id)
       SELECT conversation_id, seq, file_id FROM (${NOT_CARRIED}) m ON CONFLICT DO NOTHING`,
    ],
  },
  {
    sentence: 'the search knows each message that can be found, or will, and no other',
    broken: `
      SELECT coalesce(m.conversation_id, s.conversation_id)::text || ' at ' || coalesce(m.seq, s.seq) FROM (
        SELECT m.conversation_id, m.seq FROM messages m WHERE ${SEARCHABLE} AND ${within('m.conversation_id')}) m
        FULL JOIN (SELECT conversation_id, seq FROM message_search WHERE ${within('conversation_id')}) s
          ON s.conversation_id = m.conversation_id AND s.seq = m.seq
        LEFT JOIN search_backlog b ON b.conversation_id = m.conversation_id AND m.seq BETWEEN b.from_seq AND b.to_seq
       WHERE m.seq IS NULL OR (s.seq IS NULL AND b.conversation_id IS NULL)`,
    repair: [
      `DELETE FROM message_search s WHERE ${within('s.conversation_id')} AND NOT EXISTS (
         SELECT 1 FROM messages m WHERE m.conversation_id = s.conversation_id AND m.seq = s.seq AND ${SEARCHABLE})`,
      // Nodes make the tokens.
      `INSERT INTO search_backlog AS b (conversation_id, from_seq, to_seq)
       SELECT m.conversation_id, min(m.seq), max(m.seq) FROM messages m
         LEFT JOIN message_search s ON s.conversation_id = m.conversation_id AND s.seq = m.seq
        WHERE ${SEARCHABLE} AND s.seq IS NULL AND ${within('m.conversation_id')} GROUP BY 1
       ON CONFLICT (conversation_id) DO UPDATE
          SET from_seq = least(b.from_seq, excluded.from_seq), to_seq = greatest(b.to_seq, excluded.to_seq)`,
    ],
  },
];
