import { type Invariant, within } from './invariant.js';

/** The versions of a conversation that are there: those of its messages, and of everything else that has changed. */
const VERSIONS = `
  SELECT conversation_id, created_version AS version FROM messages WHERE ${within('conversation_id')}
   UNION ALL SELECT conversation_id, version FROM conversation_changes WHERE ${within('conversation_id')}`;

const LATEST_CHANGES = `
  SELECT conversation_id, subject_id, max(version) AS version FROM conversation_changes
   WHERE ${within('conversation_id')} AND subject_id IS NOT NULL GROUP BY 1, 2`;

/** What each message should have as its `countable`. */
const COUNTED = `
  SELECT m.conversation_id, m.seq, m.id, m.countable,
         k.expired_countable + count(*) FILTER (WHERE m.type <> 'system')
           OVER (PARTITION BY m.conversation_id ORDER BY m.seq) AS counted
    FROM messages m JOIN conversations k ON k.id = m.conversation_id WHERE ${within('m.conversation_id')}`;

const COUNTED_IN_ALL = `
  SELECT k.id, k.countable, k.expired_countable + count(m.seq) AS counted
    FROM conversations k LEFT JOIN messages m ON m.conversation_id = k.id AND m.type <> 'system'
   WHERE ${within('k.id')} GROUP BY k.id`;

/** Of the two sequences of a conversation. `k` stands for one, `m` for a message. */
export const LOG_INVARIANTS: readonly Invariant[] = [
  {
    sentence: 'messages are numbered without a gap, from the first one that has not expired to the last one',
    broken: `
      SELECT k.id::text FROM conversations k
        LEFT JOIN (SELECT conversation_id, count(*) AS rows, min(seq) AS lowest, max(seq) AS highest FROM messages
                    WHERE ${within('conversation_id')} GROUP BY 1) m ON m.conversation_id = k.id
       WHERE ${within('k.id')} AND (coalesce(m.rows, 0) <> k.last_seq - k.first_seq + 1
          OR m.lowest <> k.first_seq OR m.highest <> k.last_seq)`,
  },
  {
    sentence: 'each version of a conversation since those that were removed is one message or one change',
    broken: `
      SELECT k.id::text FROM conversations k LEFT JOIN (${VERSIONS}) v ON v.conversation_id = k.id
       WHERE ${within('k.id')} GROUP BY k.id
      HAVING count(v.version) <> count(DISTINCT v.version) OR max(v.version) > k.version OR k.trimmed_version > k.version
          OR count(v.version) FILTER (WHERE v.version > k.trimmed_version) <> k.version - k.trimmed_version`,
  },
  {
    sentence: 'the version of a message is that of its latest change',
    broken: `
      SELECT m.id::text FROM messages m JOIN conversations k ON k.id = m.conversation_id
        LEFT JOIN (${LATEST_CHANGES}) c ON c.conversation_id = m.conversation_id AND c.subject_id = m.id
       WHERE ${within('m.conversation_id')} AND (m.version < greatest(m.created_version, c.version) OR m.version > k.version
          OR (m.version > k.trimmed_version AND m.version <> greatest(m.created_version, c.version)))`,
    repair: [
      `UPDATE messages m SET version = c.version FROM (${LATEST_CHANGES}) c
        WHERE c.conversation_id = m.conversation_id AND c.subject_id = m.id AND m.version < c.version`,
    ],
  },
  {
    sentence: 'times and versions never go back along the numbers of messages',
    broken: `
      SELECT id::text FROM (
        SELECT id, created_at, lag(created_at) OVER w AS before, created_version, lag(created_version) OVER w AS version_before
          FROM messages WHERE ${within('conversation_id')} WINDOW w AS (PARTITION BY conversation_id ORDER BY seq)) m
       WHERE created_at < before OR created_version <= version_before`,
  },
  {
    sentence: 'ids of messages are unique, also among those that have expired',
    broken: `
      SELECT m.id::text FROM messages m
       WHERE ${within('m.conversation_id')} AND EXISTS (
         SELECT 1 FROM messages o WHERE o.id = m.id AND (o.conversation_id, o.seq) <> (m.conversation_id, m.seq))
       UNION ALL
      SELECT m.id::text FROM messages m JOIN expired_messages e USING (conversation_id, sender_id, client_message_id)
       WHERE ${within('m.conversation_id')}`,
  },
  {
    sentence: 'messages that have expired are known by their ids, and counted',
    broken: `
      SELECT k.id::text FROM conversations k
        LEFT JOIN (SELECT conversation_id, count(*) AS rows, max(seq) AS highest FROM expired_messages
                    WHERE ${within('conversation_id')} GROUP BY 1) e ON e.conversation_id = k.id
       WHERE ${within('k.id')} AND (k.expired_countable <> coalesce(e.rows, 0) OR e.highest >= k.first_seq)`,
  },
  {
    sentence: 'the count of unread messages grows by one with each message that is none of the system',
    broken: `SELECT id::text FROM (${COUNTED}) m WHERE countable <> counted`,
    repair: [
      `UPDATE messages m SET countable = c.counted FROM (${COUNTED}) c
        WHERE c.conversation_id = m.conversation_id AND c.seq = m.seq AND c.countable <> c.counted`,
    ],
  },
  {
    sentence: 'conversations count all of their messages that are none of the system',
    broken: `SELECT id::text FROM (${COUNTED_IN_ALL}) k WHERE countable <> counted`,
    repair: [
      `UPDATE conversations k SET countable = c.counted FROM (${COUNTED_IN_ALL}) c
        WHERE c.id = k.id AND c.countable <> c.counted`,
    ],
  },
];
