import type { Client } from 'pg';
import { ASKER } from './size.js';

/** Tables that grow with what people do against abuse, and that of people. */
export const REPORTED = ['message_reports', 'conversation_bans', 'users'];

const ROWS = 20_000;

/**
 * Adds people, of whom all but a few are banned from a group, and reports, of which few are open. The asker leads the group
 * and is an admin of the server.
 * @returns the group, and a message that somebody else has sent to the asker directly.
 */
export async function reported(client: Client): Promise<{ groupId: string; messageId: string }> {
  const [{ me, group_id: groupId, message_id: messageId } = none()] = (
    await client.query<{ me: string; group_id: string; message_id: string }>(
      `SELECT u.id AS me, g.id AS group_id, m.id AS message_id FROM users u
         CROSS JOIN LATERAL (SELECT c.id FROM conversations c WHERE c.type = 'group' AND NOT c.is_archived LIMIT 1) g
         CROSS JOIN LATERAL (
           SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
            WHERE c.type = 'direct' AND NOT c.is_archived AND m.type = 'text' AND m.deleted_at IS NULL
              AND m.sender_id <> u.id LIMIT 1) m
        WHERE u.external_id = $1`,
      [ASKER],
    )
  ).rows;
  await client.query(`UPDATE users SET role = 'admin' WHERE id = $1`, [me]);
  await client.query(
    `UPDATE conversation_participants SET role = 'owner' WHERE conversation_id = $1 AND user_id = $2`,
    [groupId, me],
  );
  await client.query(
    `INSERT INTO users (id, external_id, username, display_name)
     SELECT gen_random_uuid(), 'more-' || i, 'more-' || i, 'More' FROM generate_series(1, $1::integer) i`,
    [ROWS],
  );
  await client.query(
    `INSERT INTO conversation_bans (conversation_id, user_id, banned_by, banned_at)
     SELECT $1, id, $2, now() - random() * interval '1 year' FROM users WHERE starts_with(username, 'more-')`,
    [groupId, me],
  );
  await client.query(
    `INSERT INTO message_reports (id, scope, conversation_id, message_id, seq, sender_id, reporter_id, reason, created_at, resolved_at)
     SELECT gen_random_uuid(), CASE WHEN i / 1000 % 2 = 0 THEN 'group' ELSE 'server' END, c.id, gen_random_uuid(), i, $2, $2,
            'spam', now() - i * interval '1 minute', CASE WHEN i < 18000 THEN now() END
       FROM generate_series(0, $1::integer - 1) i
       JOIN (SELECT id, row_number() OVER () AS n FROM conversations) c ON c.n = i % 1000 + 1`,
    [ROWS, me],
  );
  await client.query('ANALYZE users, conversation_bans, message_reports');
  return { groupId, messageId };
}

function none(): never {
  throw new Error('The asker has no group, or no message of somebody else.');
}
