import type { Step } from './history-sql.js';

/** The rows that the server would have stored for the history in `history-sql.ts`. */
export const ROW_STEPS: Step[] = [
  { makes: 'texts', sql: texts() },
  { makes: 'what system messages tell', sql: tidings() },
  { makes: 'reactions', sql: reactions() },
  { makes: 'watermarks', sql: watermarks() },
  { makes: 'memberships', sql: memberships() },
  { makes: 'users', sql: userRows() },
  { makes: 'conversation rows', sql: conversationRows() },
  { makes: 'participants', sql: participantRows() },
  { makes: 'messages', sql: messageRows() },
  { makes: 'what is beside messages', sql: besideMessages() },
  { makes: 'changes told', sql: changeRows() },
  { makes: 'read ranges', sql: rangeRows() },
];

/** Content as it was sent and as it is now, and what is answered. */
function texts(): string {
  return `
CREATE TEMP TABLE text_of AS
SELECT d.c, d.k, CASE WHEN d.system OR d.data THEN '' ELSE coalesce('@' || p.username || ' ', '') || d.words END AS sent,
       coalesce(f.edits, 0) AS edits
  FROM draft d
  LEFT JOIN person p ON p.u = d.named
  LEFT JOIN (SELECT c, k, count(*) AS edits FROM follow WHERE kind = 'edited' GROUP BY c, k) f ON f.c = d.c AND f.k = d.k;
CREATE UNIQUE INDEX ON text_of (c, k);
ANALYZE text_of;

CREATE TEMP TABLE answer AS
SELECT d.c, d.k, q.k AS target, q.id, q.j
  FROM draft d
  JOIN draft q ON q.c = d.c AND q.k = d.reply AND (q.fate = 'deleted' AND q.change_at < d.k) IS NOT TRUE;
CREATE UNIQUE INDEX ON answer (c, k);
ANALYZE answer;`;
}

/** Each system message's metadata in canonical JSON, and the change before it. */
function tidings(): string {
  return `
CREATE TEMP TABLE told AS
WITH turns AS (
  SELECT p.c, p.k, p.closing, p.s, t.late, t.gone, p.s - t.late - t.gone AS turn,
         CASE WHEN s <= late THEN places - late + s WHEN s <= late + gone THEN places - late - gone + s - late ELSE 3 END AS about
    FROM place p JOIN talk t USING (c) WHERE p.system
), kinds AS (
  SELECT x.*, u.id AS subject, CASE
           WHEN x.closing THEN 'archived' WHEN x.s <= late THEN 'member_added'
           WHEN x.s <= late + gone AND (x.s - late) % 2 = 1 THEN 'member_removed' WHEN x.s <= late + gone THEN 'member_left'
           WHEN turn % 2 = 1 THEN 'renamed' ELSE 'role_changed' END AS event,
         'Group ' || x.c || coalesce(' named ' || before.k, '') AS old_name, 'Group ' || x.c || ' named ' || x.k AS new_name
    FROM turns x
    LEFT JOIN member m ON m.c = x.c AND m.j = x.about
    LEFT JOIN person u ON u.u = m.u
    LEFT JOIN place before ON before.c = x.c AND before.s = x.s - 2 AND x.turn > 2
)
SELECT c, k, subject, CASE event WHEN 'member_left' THEN 'member_removed' ELSE event END AS kind,
       CASE event WHEN 'archived' THEN '{"isArchived":true}'
                  WHEN 'member_added' THEN jsonb_build_object('userIds', jsonb_build_array(subject)) ELSE '{}' END AS data,
       '{"event":"' || event || CASE
         WHEN event IN ('member_added', 'member_removed') THEN '","userIds":["' || subject || '"]}'
         WHEN event = 'renamed' THEN '","from":"' || old_name || '","to":"' || new_name || '"}'
         WHEN event = 'role_changed' AND turn / 2 % 2 = 1 THEN '","from":"member","to":"admin","userIds":["' || subject || '"]}'
         WHEN event = 'role_changed' THEN '","from":"admin","to":"member","userIds":["' || subject || '"]}'
         ELSE '"}' END AS metadata
  FROM kinds;
CREATE UNIQUE INDEX ON told (c, k);
ANALYZE told;`;
}

/** Who has reacted in the end, and the counts in the order in which each emoji came first. */
function reactions(): string {
  return `
CREATE TEMP TABLE reaction AS
SELECT f.c, f.k, f.j, f.emoji, min(e.version) AS since
  FROM follow f JOIN event e ON e.c = f.c AND e.k = f.k AND e.nr = f.nr AND e.part = 2
 WHERE f.kind IN ('reacted', 'unreacted')
 GROUP BY f.c, f.k, f.j, f.emoji
HAVING count(*) = 1;
CREATE TEMP TABLE tally AS
SELECT c, k, jsonb_agg(jsonb_build_object('emoji', emoji, 'count', count) ORDER BY since) AS reactions
  FROM (SELECT c, k, emoji, count(*) AS count, min(since) AS since FROM reaction GROUP BY c, k, emoji) counted
 GROUP BY c, k;
CREATE UNIQUE INDEX ON tally (c, k);
ANALYZE reaction;
ANALYZE tally;`;
}

/**
 * base: where joining and sending left the read watermark; read, delivered: where marks then moved them, or null. The
 * member who makes the calls has read most conversations, is a few messages behind in some, and has been away from
 * others.
 */
function watermarks(): string {
  return `
CREATE TEMP TABLE watermark AS
WITH last_sent AS (
  SELECT c, j, max(k) AS k FROM draft WHERE NOT system GROUP BY c, j
), started AS (
  SELECT m.c, m.j, m.u, greatest(m.joined - 1, coalesce(l.k, 0)) AS base, coalesce(m.departed - 1, t.n) AS most, t.n, t.away,
         pg_temp.dice(m.c, m.j, 20) AS d
    FROM member m JOIN talk t USING (c) LEFT JOIN last_sent l ON l.c = m.c AND l.j = m.j
), wanted AS (
  SELECT s.*, CASE
           WHEN j = 1 AND away THEN n / 2
           WHEN j = 1 AND d % 100 < 60 OR j > 1 AND d % 100 < 50 THEN most
           WHEN j = 1 OR d % 100 < 80 THEN greatest(0, most - 1 - d / 100 % 12)
           ELSE 0
         END AS wants, CASE WHEN d / 2000 % 10 < 8 THEN most ELSE 0 END AS gets
    FROM started s
)
SELECT c, j, u, base, CASE WHEN wants > base THEN wants END AS read,
       CASE WHEN gets > greatest(base, wants) THEN gets END AS delivered,
       greatest(base, wants) AS last_read, greatest(base, wants, gets) AS last_delivered
  FROM wanted;
CREATE UNIQUE INDEX ON watermark (c, j);

CREATE TEMP TABLE mark AS
SELECT c, j, row_number() OVER (PARTITION BY c ORDER BY pg_temp.dice(c, j, part), j) AS number
  FROM (SELECT c, j, 21 AS part FROM watermark WHERE read IS NOT NULL
        UNION ALL SELECT c, j, 22 FROM watermark WHERE delivered IS NOT NULL) marks;
ANALYZE watermark;
ANALYZE mark;`;
}

/** Each coming and going of each user, numbered in the order of time. */
function memberships(): string {
  return `
CREATE TEMP TABLE passage AS
SELECT u, c, row_number() OVER (PARTITION BY u ORDER BY at, c) AS number
  FROM (SELECT m.u, m.c, coalesce(p.at, t.last_at - (t.n * t.gap + 60000) * interval '1 ms') AS at
          FROM member m JOIN talk t USING (c) LEFT JOIN place p ON p.c = m.c AND p.k = m.joined
        UNION ALL
        SELECT m.u, m.c, p.at FROM member m JOIN place p ON p.c = m.c AND p.k = m.departed) passages;
ANALYZE passage;`;
}

function userRows(): string {
  return `
INSERT INTO users (id, external_id, username, display_name, membership_version)
SELECT p.id, 'person-' || p.u, p.username, 'Person ' || p.u, coalesce(max(s.number), 0)
  FROM person p LEFT JOIN passage s ON s.u = p.u
 GROUP BY p.u, p.id, p.username;`;
}

function conversationRows(): string {
  return `
INSERT INTO conversations (id, type, name, created_by, created_at, updated_at, is_archived, member_count, last_seq,
                           version, countable, direct_key)
SELECT t.id, CASE WHEN t.direct THEN 'direct' ELSE 'group' END,
       CASE WHEN NOT t.direct THEN 'Group ' || t.c || coalesce(' named ' || named.k, '') END,
       o.id, t.last_at - (t.n * t.gap + 60000) * interval '1 ms', d.at, t.archived,
       t.places - (SELECT count(*) FROM member m WHERE m.c = t.c AND m.departed IS NOT NULL),
       t.n, v.version, d.countable,
       CASE WHEN t.direct THEN least(a.id::text, b.id::text) || ':' || greatest(a.id::text, b.id::text) END
  FROM talk t
  JOIN draft d ON d.c = t.c AND d.k = t.n
  JOIN (SELECT c, max(version) AS version FROM event GROUP BY c) v ON v.c = t.c
  JOIN person a ON a.u = 1
  LEFT JOIN person b ON b.u = t.peer
  JOIN member om ON om.c = t.c AND om.j = CASE WHEN t.direct THEN 1 ELSE t.owner END
  JOIN person o ON o.u = om.u
  LEFT JOIN LATERAL (SELECT max(p.k) AS k FROM place p
                      WHERE p.c = t.c AND p.s > t.late + t.gone AND (p.s - t.late - t.gone) % 2 = 1) named ON true;
INSERT INTO conversation_receipts (conversation_id, receipts)
SELECT t.id, coalesce(max(m.number), 0) FROM talk t LEFT JOIN mark m ON m.c = t.c GROUP BY t.id;`;
}

function participantRows(): string {
  return `
INSERT INTO conversation_participants (id, conversation_id, user_id, role, joined_at, left_at, version, user_version,
                                       last_read_seq, last_delivered_seq, read_at, delivered_at, receipts_version,
                                       read_countable)
SELECT gen_random_uuid(), t.id, p.id,
       CASE WHEN m.j = CASE WHEN t.direct THEN 1 ELSE t.owner END THEN 'owner'
            WHEN m.j = 3 AND role.turns % 2 = 1 THEN 'admin' ELSE 'member' END,
       coalesce(came.at, t.last_at - (t.n * t.gap + 60000) * interval '1 ms'), went.at,
       greatest(1, came_e.version, went_e.version, CASE WHEN m.j = 3 THEN role_e.version END),
       passed.number,
       w.last_read, w.last_delivered, read.at + interval '40 seconds', got.at + interval '2 seconds',
       coalesce(marked.number, 0), coalesce(read.countable, 0)
  FROM member m
  JOIN talk t USING (c)
  JOIN person p ON p.u = m.u
  JOIN watermark w ON w.c = m.c AND w.j = m.j
  JOIN (SELECT u, c, max(number) AS number FROM passage GROUP BY u, c) passed ON passed.u = m.u AND passed.c = m.c
  LEFT JOIN (SELECT c, j, max(number) AS number FROM mark GROUP BY c, j) marked ON marked.c = m.c AND marked.j = m.j
  LEFT JOIN draft read ON read.c = m.c AND read.k = w.last_read
  LEFT JOIN draft got ON got.c = m.c AND got.k = w.last_delivered
  LEFT JOIN place came ON came.c = m.c AND came.k = m.joined
  LEFT JOIN event came_e ON came_e.c = m.c AND came_e.k = m.joined AND came_e.part = 0 AND came_e.nr = 0
  LEFT JOIN place went ON went.c = m.c AND went.k = m.departed
  LEFT JOIN event went_e ON went_e.c = m.c AND went_e.k = m.departed AND went_e.part = 0 AND went_e.nr = 0
  LEFT JOIN (SELECT p.c, count(*) AS turns, max(p.k) AS k FROM place p JOIN talk t USING (c)
              WHERE p.s > t.late + t.gone AND (p.s - t.late - t.gone) % 2 = 0 GROUP BY p.c) role ON role.c = m.c
  LEFT JOIN event role_e ON role_e.c = m.c AND role_e.k = role.k AND role_e.part = 0 AND role_e.nr = 0;`;
}

/** In the order of time, as they would have come: the rows of one conversation lie far apart. */
function messageRows(): string {
  return `
INSERT INTO messages (conversation_id, seq, id, client_message_id, sender_id, sender_type, type, content, metadata, mentions,
                      reactions, reply_to_id, reply_to_seq, reply_to_sender_id, payload_hash,
                      created_version, version, countable, created_at, edited_at, deleted_at, deleted_by)
SELECT t.id, d.k, d.id, gen_random_uuid(), sender.id, CASE WHEN d.system THEN 'system' ELSE 'user' END,
       CASE WHEN d.system THEN 'system' WHEN d.data THEN 'data' ELSE 'text' END,
       CASE WHEN gone.yes THEN '' ELSE x.sent || repeat(' (edited)', x.edits::integer) END,
       CASE WHEN gone.yes THEN '{}' WHEN d.system THEN told.metadata::jsonb WHEN d.data THEN jsonb_build_object('n', d.k) ELSE '{}' END,
       CASE WHEN gone.yes OR d.named IS NULL THEN '{}' ELSE ARRAY[named.id] END,
       coalesce(y.reactions, '[]'), a.id, a.target, answered.id,
       sha256(convert_to(CASE
         WHEN d.system THEN '["","system",' || told.metadata || ',null]'
         WHEN d.data THEN '["","data",{"n":' || d.k || '},' || coalesce('"' || a.id || '"', 'null') || ']'
         ELSE '["' || x.sent || '","text",{},' || coalesce('"' || a.id || '"', 'null') || ']' END, 'UTF8')),
       e.version, coalesce(latest.version, e.version), d.countable, d.at,
       CASE WHEN x.edits > 0 THEN d.at + x.edits * interval '30 seconds' END,
       CASE WHEN gone.yes THEN d.at + interval '5 minutes' END, CASE WHEN gone.yes THEN sender.id END
  FROM draft d
  JOIN talk t USING (c)
  JOIN text_of x ON x.c = d.c AND x.k = d.k
  JOIN event e ON e.c = d.c AND e.k = d.k AND e.part = 1 AND e.nr = 0
  JOIN member m ON m.c = d.c AND m.j = d.j
  JOIN person sender ON sender.u = m.u
  CROSS JOIN LATERAL (SELECT d.fate IS NOT NULL AND d.fate = 'deleted' AS yes) gone
  LEFT JOIN person named ON named.u = d.named
  LEFT JOIN answer a ON a.c = d.c AND a.k = d.k
  LEFT JOIN member am ON am.c = a.c AND am.j = a.j
  LEFT JOIN person answered ON answered.u = am.u
  LEFT JOIN tally y ON y.c = d.c AND y.k = d.k
  LEFT JOIN (SELECT c, k, max(version) AS version FROM event WHERE part = 2 GROUP BY c, k) latest
    ON latest.c = d.c AND latest.k = d.k
  LEFT JOIN told ON told.c = d.c AND told.k = d.k
 ORDER BY d.at, d.c, d.k;`;
}

function besideMessages(): string {
  return `
INSERT INTO mentions (user_id, conversation_id, seq)
SELECT p.id, t.id, d.k FROM draft d JOIN talk t USING (c) JOIN person p ON p.u = d.named
 WHERE d.fate IS DISTINCT FROM 'deleted'
 ORDER BY d.at;
INSERT INTO message_reactions (conversation_id, seq, message_id, user_id, emoji, created_at)
SELECT t.id, r.k, d.id, p.id, r.emoji, d.at + interval '1 minute' + (r.since % 1000) * interval '1 ms'
  FROM reaction r JOIN talk t USING (c) JOIN draft d ON d.c = r.c AND d.k = r.k
  JOIN member m ON m.c = r.c AND m.j = r.j JOIN person p ON p.u = m.u
 ORDER BY d.at;
INSERT INTO message_edit_history (conversation_id, seq, message_id, version, original_content, original_metadata, edited_by,
                                  edited_at)
SELECT t.id, f.k, d.id, e.version, x.sent || repeat(' (edited)', (f.nr - 1)::integer), CASE WHEN d.data THEN jsonb_build_object('n', d.k) ELSE '{}' END,
       p.id, d.at + f.nr * interval '30 seconds'
  FROM follow f JOIN talk t USING (c) JOIN draft d ON d.c = f.c AND d.k = f.k JOIN text_of x ON x.c = f.c AND x.k = f.k
  JOIN event e ON e.c = f.c AND e.k = f.k AND e.part = 2 AND e.nr = f.nr
  JOIN member m ON m.c = f.c AND m.j = f.j JOIN person p ON p.u = m.u
 WHERE f.kind = 'edited'
 ORDER BY d.at;`;
}

/** A row for every change that is not a new message. */
function changeRows(): string {
  return `
INSERT INTO conversation_changes (conversation_id, version, kind, subject_id, actor_id, data, created_at)
SELECT t.id, 1, 'created', NULL, o.id, jsonb_build_object('userIds', (
         SELECT jsonb_agg(p.id) FROM member m JOIN person p USING (u) WHERE m.c = t.c AND m.joined = 0)),
       t.last_at - (t.n * t.gap + 60000) * interval '1 ms'
  FROM talk t JOIN member m ON m.c = t.c AND m.j = CASE WHEN t.direct THEN 1 ELSE t.owner END JOIN person o ON o.u = m.u;
INSERT INTO conversation_changes (conversation_id, version, kind, subject_id, actor_id, data, created_at)
SELECT t.id, e.version, w.kind, CASE WHEN w.kind IN ('member_removed', 'role_changed') THEN w.subject END, p.id, w.data, d.at
  FROM told w JOIN talk t USING (c) JOIN draft d ON d.c = w.c AND d.k = w.k
  JOIN event e ON e.c = w.c AND e.k = w.k AND e.part = 0 AND e.nr = 0
  JOIN member m ON m.c = d.c AND m.j = d.j JOIN person p ON p.u = m.u
 ORDER BY d.at;
INSERT INTO conversation_changes (conversation_id, version, kind, subject_id, actor_id, data, created_at)
SELECT t.id, e.version,
       CASE f.kind WHEN 'edited' THEN 'message_edited' WHEN 'deleted' THEN 'message_deleted' ELSE 'reaction_updated' END, d.id, p.id,
       CASE f.kind WHEN 'reacted' THEN jsonb_build_object('emoji', f.emoji, 'action', 'added')
                   WHEN 'unreacted' THEN jsonb_build_object('emoji', f.emoji, 'action', 'removed')
                   WHEN 'edited' THEN '{"mentionsAdded":[],"mentionsRemoved":[]}'
                   ELSE jsonb_build_object('mentionsRemoved',
                          CASE WHEN named.id IS NULL THEN '[]' ELSE jsonb_build_array(named.id) END) END,
       d.at + f.nr * interval '30 seconds'
  FROM follow f JOIN talk t USING (c) JOIN draft d ON d.c = f.c AND d.k = f.k
  JOIN event e ON e.c = f.c AND e.k = f.k AND e.part = 2 AND e.nr = f.nr
  JOIN member m ON m.c = f.c AND m.j = f.j JOIN person p ON p.u = m.u
  LEFT JOIN person named ON named.u = d.named
 ORDER BY d.at;`;
}

/** One row a move of a read watermark: by sending after others have sent, and by a mark at the end. */
function rangeRows(): string {
  return `
INSERT INTO read_ranges (conversation_id, user_id, from_seq, to_seq, at)
SELECT t.id, p.id, s.since + 1, s.k, s.at
  FROM (SELECT d.c, d.j, d.k, d.at, m.u,
               greatest(m.joined - 1, coalesce(lag(d.k) OVER (PARTITION BY d.c, d.j ORDER BY d.k), 0)) AS since
          FROM draft d JOIN member m ON m.c = d.c AND m.j = d.j WHERE NOT d.system) s
  JOIN talk t USING (c) JOIN person p ON p.u = s.u
 WHERE s.k - s.since > 1
 ORDER BY s.at;
INSERT INTO read_ranges (conversation_id, user_id, from_seq, to_seq, at)
SELECT t.id, p.id, w.base + 1, w.read, d.at + interval '40 seconds'
  FROM watermark w JOIN talk t USING (c) JOIN person p ON p.u = w.u JOIN draft d ON d.c = w.c AND d.k = w.read
 WHERE w.read IS NOT NULL;`;
}
