import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Question } from './calls.js';
import { ASKER } from './size.js';

/** In three of ten messages, the asker's and others'. */
const COMMON = 'commonplace';
/** In three of ten of those in conversations in which the asker is not, and nowhere else. */
const ELSEWHERE = 'elsewhere';
/** In so many messages of the asker's conversations, however many there are. */
const RARE = 'zanzibar';
const RARE_COUNT = 15;

/** Another script in one of ten. */
const SCRIPTS = ['Привет, как дела?', '我们今天去北京开会', 'สวัสดีครับทุกคน', '🎉🚀'];

const DICE = 'abs(hashtextextended(m.id::text, 7)) % 1000';

/**
 * Gives the messages words to be searched by, and adds as many in conversations of others, with the same words. Triggers are
 * off in the loader's session, so all of it goes through the backlog, as what was stored before there was a search.
 */
export async function addSearchRows(client: Client): Promise<void> {
  const scripts = SCRIPTS.map((script, i) => `WHEN ${DICE} / 10 = ${i * 3} THEN ' ${script}'`).join(' ');
  await client.query(`
    UPDATE messages m SET content = content || CASE WHEN ${DICE} % 10 < 3 THEN ' ${COMMON}' ELSE '' END
                                            || CASE ${scripts} ELSE '' END
     WHERE type = 'text' AND deleted_at IS NULL`);
  await addOthers(client);
  await client.query(`
    UPDATE messages m SET content = content || ' ${RARE}'
      FROM (SELECT x.id FROM messages x JOIN conversation_participants p ON p.conversation_id = x.conversation_id
              JOIN users u ON u.id = p.user_id AND u.external_id = '${ASKER}'
             WHERE x.type = 'text' AND x.deleted_at IS NULL AND p.left_at IS NULL ORDER BY md5(x.id::text) LIMIT ${RARE_COUNT}) r
     WHERE m.id = r.id`);
  await postpone(client);
  await client.query('VACUUM (ANALYZE)');
}

/** Has all that is stored made findable, as what was there before there was a search. */
export async function postpone(client: Client): Promise<void> {
  await client.query(`
    INSERT INTO search_backlog (conversation_id, from_seq, to_seq) SELECT id, 1, last_seq FROM conversations
    ON CONFLICT DO NOTHING`);
}

/** A copy of each conversation, of people other than the asker. */
async function addOthers(client: Client): Promise<void> {
  await client.query('CREATE TEMP TABLE other AS SELECT id, gen_random_uuid() AS copy FROM conversations');
  await client.query('CREATE UNIQUE INDEX ON other (id)');
  await copyRows(client, 'conversations', { id: 'o.copy', type: "'group'", direct_key: 'NULL' });
  await copyRows(client, 'conversation_receipts', { conversation_id: 'o.copy' });
  await copyRows(
    client,
    'conversation_participants',
    { id: 'gen_random_uuid()', conversation_id: 'o.copy' },
    `user_id <> (SELECT id FROM users WHERE external_id = '${ASKER}')`,
  );
  await copyRows(client, 'messages', {
    id: 'gen_random_uuid()',
    conversation_id: 'o.copy',
    client_message_id: 'gen_random_uuid()',
    content: `m.content || CASE WHEN ${DICE} / 100 < 3 AND m.content <> '' THEN ' ${ELSEWHERE}' ELSE '' END`,
  });
}

async function copyRows(client: Client, table: string, own: Record<string, string>, where = 'true'): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position`,
    [table],
  );
  const names = rows.map(({ name }) => name);
  const values = names.map((name) => own[name] ?? `m.${name}`);
  const key = table === 'conversations' ? 'm.id' : 'm.conversation_id';
  await client.query(`
    INSERT INTO ${table} (${names.join(', ')})
    SELECT ${values.join(', ')} FROM ${table} m JOIN other o ON o.id = ${key} WHERE ${where}`);
}

/** Resolves when nothing is left to be made findable, and all of it is sorted in. */
export async function findable(client: Client): Promise<void> {
  const left = async () => {
    const { rows } = await client.query<{ left: number }>('SELECT count(*)::integer AS left FROM search_backlog');
    return rows[0]?.left ?? 0;
  };
  while ((await left()) > 0) await sleep(200);
  await client.query("SELECT gin_clean_pending_list('message_search_tokens')");
  await client.query('VACUUM (ANALYZE) message_search');
}

/** What is asked of both sizes. Each turn asks the same: nothing of an answer is kept. */
export function searchQuestions(): Question[] {
  const search = (q: string) => () => ({ method: 'GET' as const, path: `/search?limit=20&q=${encodeURIComponent(q)}` });
  return [
    { name: 'search, a rare word', call: search(RARE) },
    { name: 'search, a part of a rare word', call: search(RARE.slice(2)) },
    { name: 'search, a word of 30 %', call: search(COMMON) },
    { name: 'search, a word of 30 % elsewhere only', call: search(ELSEWHERE) },
    { name: 'search, two Chinese characters', call: search('北京') },
    { name: 'search, a word that is nowhere', call: search('nowhereatall') },
    { name: 'search, a phrase', call: search('"the graphs look calm"') },
    { name: 'search, a common and a rare word', call: search(`${COMMON} ${RARE}`) },
    { name: 'search, a sender', call: search('from:me') },
  ];
}
