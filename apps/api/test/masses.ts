import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { TestNode } from './node.js';
import type { Person } from './people.js';

/** Group conversations of these people, of whom the first is the owner, each gained one after the other; their ids. */
export async function manyGroups(node: TestNode, members: readonly Person[], count: number): Promise<string[]> {
  const ids = sql.param(members.map(({ id }) => id));
  const family = randomBytes(4).toString('hex');
  const rows = await node.rows<{ id: string }>(sql`
    WITH made AS (
      INSERT INTO conversations (id, type, name, created_by, created_at, updated_at, member_count)
      SELECT (${family} || '-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'group', 'No. ' || i,
             (${ids}::uuid[])[1], now(), now(), cardinality(${ids}::uuid[])
        FROM generate_series(1, ${count}::integer) AS i RETURNING id
    ), counted AS (
      INSERT INTO conversation_receipts (conversation_id) SELECT id FROM made
    ), entered AS (
      INSERT INTO conversation_participants (conversation_id, user_id, role, joined_at, version, user_version)
      SELECT m.id, u.id, CASE WHEN w.i = 1 THEN 'owner' ELSE 'member' END, now(), 1,
             u.membership_version + row_number() OVER (PARTITION BY u.id ORDER BY m.id)
        FROM made m, unnest(${ids}::uuid[]) WITH ORDINALITY AS w (id, i) JOIN users u ON u.id = w.id
    ), raised AS (
      UPDATE users SET membership_version = membership_version + ${count} WHERE id = ANY (${ids}::uuid[])
    )
    SELECT id FROM made ORDER BY id`);
  return rows.map(({ id }) => id);
}

/** Messages straight into the tables, as fast as that goes. */
export async function sayMany(
  node: Pick<TestNode, 'rows'>,
  { id, senderId, count }: { id: string; senderId: string; count: number },
) {
  await node.rows(sql`
    INSERT INTO messages (conversation_id, seq, id, client_message_id, sender_id, sender_type, type, content, payload_hash,
                          created_version, version, countable, created_at)
    SELECT c.id, c.last_seq + i, gen_random_uuid(), gen_random_uuid(), ${senderId}, 'user', 'text', 'No. ' || i, '',
           c.version + i, c.version + i, c.countable + i, c.updated_at
      FROM conversations c, generate_series(1, ${count}::integer) AS i WHERE c.id = ${id}`);
  await node.rows(sql`
    UPDATE conversations SET last_seq = last_seq + ${count}, version = version + ${count}, countable = countable + ${count}
     WHERE id = ${id}`);
  await node.rows(sql`
    UPDATE conversation_participants p
       SET last_read_seq = c.last_seq, last_delivered_seq = c.last_seq, read_countable = c.countable
      FROM conversations c WHERE c.id = ${id} AND p.conversation_id = c.id AND p.user_id = ${senderId}`);
}

/** Users whom nobody knows of yet; their ids. */
export async function manyUsers(node: TestNode, count: number): Promise<string[]> {
  const rows = await node.rows<{ id: string }>(sql`
    INSERT INTO users (id, username, display_name)
    SELECT id, 'u' || right(replace(id::text, '-', ''), 20), 'Somebody'
      FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, ${count}::integer)) AS made RETURNING id`);
  return rows.map(({ id }) => id);
}
