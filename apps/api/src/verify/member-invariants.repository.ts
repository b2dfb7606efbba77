import { type Invariant, within } from './invariant.js';

const COUNTED = `
  SELECT k.id, k.member_count, count(p.user_id) AS members
    FROM conversations k LEFT JOIN conversation_participants p ON p.conversation_id = k.id AND p.left_at IS NULL
   WHERE ${within('k.id')} GROUP BY k.id`;

/**
 * What each member should have as `read_countable`: what the message at their marker has, or the last one before it, as that
 * may be lost; of a marker at one that has expired only how much it is at most.
 */
const READ = `
  SELECT p.conversation_id, p.user_id, p.read_countable,
         coalesce(m.countable, least(p.read_countable, k.expired_countable)) AS counted
    FROM conversation_participants p JOIN conversations k ON k.id = p.conversation_id
    LEFT JOIN LATERAL (
      SELECT x.countable FROM messages x WHERE x.conversation_id = p.conversation_id AND x.seq <= p.last_read_seq
       ORDER BY x.seq DESC LIMIT 1) m ON true
   WHERE ${within('p.conversation_id')}`;

/** The last message of a conversation: also one that its row does not know of, which is another fault than those of markers. */
const LAST_SEQ = `greatest(k.last_seq, (SELECT max(x.seq) FROM messages x WHERE x.conversation_id = k.id))`;
const IS_BEYOND = `
  ${within('k.id')} AND (p.last_read_seq > p.last_delivered_seq
    OR (p.last_delivered_seq > k.last_seq AND p.last_delivered_seq > ${LAST_SEQ}))`;

const TAKEN = `
  SELECT conversation_id, max(receipts_version) AS highest, count(*) AS taken, count(DISTINCT receipts_version) AS different
    FROM conversation_participants WHERE ${within('conversation_id')} AND receipts_version > 0 GROUP BY 1`;

/** Of who is in a conversation, and how far. `k` stands for a conversation, `p` for a member. */
export const MEMBER_INVARIANTS: readonly Invariant[] = [
  {
    sentence: 'conversations count their present members',
    broken: `SELECT id::text FROM (${COUNTED}) k WHERE member_count <> members`,
    repair: [
      `UPDATE conversations k SET member_count = c.members FROM (${COUNTED}) c
        WHERE c.id = k.id AND c.member_count <> c.members`,
    ],
  },
  {
    sentence: 'no member has changed at a later version than their conversation has',
    broken: `
      SELECT p.user_id || ' in ' || k.id FROM conversation_participants p JOIN conversations k ON k.id = p.conversation_id
       WHERE ${within('k.id')} AND p.version > k.version`,
  },
  {
    sentence: 'nobody has read more than was delivered to them, nor anything beyond the last message',
    broken: `
      SELECT p.user_id || ' in ' || k.id FROM conversation_participants p JOIN conversations k ON k.id = p.conversation_id
       WHERE ${IS_BEYOND}`,
    repair: [
      `UPDATE conversation_participants p
          SET last_read_seq = least(p.last_read_seq, ${LAST_SEQ}),
              last_delivered_seq = least(greatest(p.last_delivered_seq, p.last_read_seq), ${LAST_SEQ})
         FROM conversations k WHERE k.id = p.conversation_id AND ${IS_BEYOND}`,
    ],
  },
  {
    sentence: 'what a member has read is counted up to their marker',
    broken: `SELECT user_id || ' in ' || conversation_id FROM (${READ}) p WHERE read_countable <> counted`,
    repair: [
      `UPDATE conversation_participants p SET read_countable = c.counted FROM (${READ}) c
        WHERE c.conversation_id = p.conversation_id AND c.user_id = p.user_id AND c.read_countable <> c.counted`,
    ],
  },
  {
    sentence: 'when a member read what ends at their marker',
    broken: `
      SELECT r.user_id || ' in ' || r.conversation_id FROM read_ranges r
        LEFT JOIN conversation_participants p ON p.conversation_id = r.conversation_id AND p.user_id = r.user_id
       WHERE ${within('r.conversation_id')}
         AND (p.user_id IS NULL OR r.from_seq > r.to_seq OR r.to_seq > p.last_read_seq)`,
  },
  {
    sentence: 'numbers of receipts are taken once, and none is beyond their counter',
    broken: `
      SELECT k.id::text FROM conversations k LEFT JOIN conversation_receipts r ON r.conversation_id = k.id
        LEFT JOIN (${TAKEN}) t ON t.conversation_id = k.id
       WHERE ${within('k.id')} AND (r.conversation_id IS NULL OR t.highest > r.receipts OR t.taken <> t.different)`,
    repair: [
      `INSERT INTO conversation_receipts AS r (conversation_id, receipts)
       SELECT k.id, coalesce(t.highest, 0) FROM conversations k LEFT JOIN (${TAKEN}) t ON t.conversation_id = k.id
        WHERE ${within('k.id')}
       ON CONFLICT (conversation_id) DO UPDATE SET receipts = excluded.receipts WHERE r.receipts < excluded.receipts`,
    ],
  },
];

const LATEST = `
  SELECT user_id, max(user_version) AS highest FROM conversation_participants WHERE ${within('user_id')} GROUP BY 1`;
const STORED = `
  SELECT u.id, coalesce(f.bytes, 0) AS bytes, coalesce(sum(c.size), 0) AS counted
    FROM users u LEFT JOIN file_usage f ON f.uploader_id = u.id
    LEFT JOIN file_contents c ON c.uploader_id = u.id AND c.state = 'stored' AND c.rendition_of IS NULL
   WHERE ${within('u.id')} GROUP BY u.id, f.bytes`;

/** Of people. */
export const USER_INVARIANTS: readonly Invariant[] = [
  {
    sentence: 'nobody came to a conversation, or left it, at a later number than they have',
    broken: `
      SELECT u.id::text FROM users u JOIN (${LATEST}) p ON p.user_id = u.id WHERE p.highest > u.membership_version`,
    repair: [
      `UPDATE users u SET membership_version = p.highest FROM (${LATEST}) p
        WHERE p.user_id = u.id AND u.membership_version < p.highest`,
    ],
  },
  {
    sentence: 'the quota of a user counts the bytes of what they have uploaded',
    broken: `SELECT id::text FROM (${STORED}) u WHERE bytes <> counted`,
    repair: [
      `INSERT INTO file_usage (uploader_id, bytes) SELECT id, counted FROM (${STORED}) u WHERE bytes <> counted
       ON CONFLICT (uploader_id) DO UPDATE SET bytes = excluded.bytes`,
    ],
  },
];

const IS_LOOSE = `
  ${within('f.id')} AND f.loose_since IS NULL AND NOT EXISTS (SELECT 1 FROM message_files m WHERE m.file_id = f.id)`;

/** Of what people have uploaded. */
export const FILE_INVARIANTS: readonly Invariant[] = [
  {
    sentence: 'the content of a file is one that is stored',
    broken: `
      SELECT f.id::text FROM files f JOIN file_contents c ON c.id = f.content_id
       WHERE ${within('f.id')} AND c.state <> 'stored'`,
  },
  {
    sentence: 'files that no message carries are known to be loose',
    broken: `SELECT f.id::text FROM files f WHERE ${IS_LOOSE}`,
    // The clean-up looks at them then.
    repair: [`UPDATE files f SET loose_since = date_trunc('milliseconds', now()) WHERE ${IS_LOOSE}`],
  },
];
