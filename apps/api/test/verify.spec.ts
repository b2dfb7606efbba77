import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { soleSource } from '../src/backup/backup-source.js';
import { Progress } from '../src/backup/progress.js';
import { readEnvironment } from '../src/config/environment.js';
import type { PlainSession } from '../src/database/plain-session.js';
import { FIRST_ID } from '../src/kernel/ids.js';
import { RetentionJob } from '../src/modules/retention/index.js';
import { DiskFileStore } from '../src/platform/storage/disk-file-store.js';
import { faultsOf, lookAtRows, repair, sentenceOf, verify } from '../src/verify/verify.js';
import { startOn } from './node.js';
import { aGroup, groupOf, type Person, succeeded } from './people.js';
import { freshDatabase, type TestDatabase } from './test-database.js';
import { aFile, someBytes } from './uploads.js';

let database: TestDatabase;
let session: PlainSession;
let files: string;
/** Of the conversation with something of everything. */
let id: string;
const progress = new Progress();

/** People have lived in it, some of what they said has expired, and its node has stopped. */
beforeAll(async () => {
  database = await freshDatabase();
  const node = await startOn({ ...database, remove: async () => undefined }, { RETENTION_DAYS: '90' });
  files = node.filesDirectory;
  const group = await aGroup(node, { members: 2 });
  const [ben, cyd] = group.members as [Person, Person];
  id = group.id;
  const old = await group.owner.say(id, 'of long ago');
  await ben.post(`/messages/${old.id}/reactions`, { emoji: '👍' });
  await ben.post(`/conversations/${id}/read`, { seq: 1 });
  await node.rows(sql`UPDATE messages SET created_at = created_at - interval '100 days'`);
  await node.rows(sql`UPDATE conversations SET created_at = created_at - interval '100 days'`);
  await node.node.app.get(RetentionJob).run();
  const said = await group.owner.say(id, `a word to @${ben.username} that is kept`);
  succeeded(await group.owner.patch(`/messages/${said.id}`, { content: `another word to @${ben.username}` }));
  for (const each of [ben, cyd]) succeeded(await each.post(`/messages/${said.id}/reactions`, { emoji: '👍' }));
  const gone = await ben.say(id, 'not for long');
  succeeded(await ben.delete(`/messages/${gone.id}`));
  await group.owner.say(id, '', { type: 'file', metadata: { fileId: await aFile(group.owner, someBytes(500)) } });
  await aFile(ben);
  succeeded(await cyd.post(`/conversations/${id}/read`, { seq: 2 }));
  succeeded(await ben.post(`/conversations/${id}/read`, { seq: 3 }));
  succeeded(await group.owner.delete(`/conversations/${id}/members/${cyd.id}`));
  await groupOf(ben, [cyd]);
  succeeded(await ben.post('/conversations', { id: FIRST_ID, type: 'group', name: 'First', memberIds: [cyd.id] }));
  await node.close();
  session = await soleSource(readEnvironment(database.env));
});
afterAll(async () => {
  await session.close();
  await database.remove();
});

const look = async () => (await lookAtRows(session, progress)).map(sentenceOf);
const epoch = () => session.query('SELECT epoch FROM deployment');
const newestWith = (where: string) => `conversation_id = '${id}' AND seq = (SELECT max(seq) FROM messages
  WHERE conversation_id = '${id}' AND ${where})`;

it('finds nothing in a database that nodes alone have written', async () => {
  expect(await look()).toEqual([]);
  const counts =
    'SELECT first_seq > 1 AS has_expired, trimmed_version > 0 AS is_trimmed FROM conversations WHERE id = $1';
  expect(await session.query(counts, [id])).toEqual([{ has_expired: true, is_trimmed: true }]);
});

describe('what is derived from other rows is found and repaired:', () => {
  it.each([
    ['the version of a message is', () => `UPDATE messages SET version = created_version WHERE edited_at IS NOT NULL`],
    [
      'the count of unread messages',
      () => `UPDATE messages SET countable = countable + 1 WHERE ${newestWith("type = 'file'")}`,
    ],
    [
      'the count of unread messages',
      // The member's count is that of the message, so that it is wrong only once the message's is right.
      () => `UPDATE messages SET countable = 77 WHERE ${newestWith("type = 'file'")};
             UPDATE conversation_participants SET read_countable = 77
              WHERE conversation_id = '${id}' AND last_read_seq = (SELECT seq FROM messages WHERE ${newestWith("type = 'file'")})`,
    ],
    ['conversations count all of their', () => `UPDATE conversations SET countable = 77 WHERE id = '${id}'`],
    ['conversations count their present', () => `UPDATE conversations SET member_count = 3 WHERE id = '${id}'`],
    ['conversations count their present', () => `UPDATE conversations SET member_count = 3 WHERE id = '${FIRST_ID}'`],
    [
      'nobody has read more',
      () => `UPDATE conversation_participants SET last_read_seq = 99, last_delivered_seq = 99
              WHERE conversation_id = '${id}' AND role = 'owner'`,
    ],
    ['what a member has read is counted', () => `UPDATE conversation_participants SET read_countable = 50`],
    ['numbers of receipts', () => `UPDATE conversation_receipts SET receipts = 0`],
    ['nobody came to a conversation', () => `UPDATE users SET membership_version = 0`],
    ['the quota of a user', () => `UPDATE file_usage SET bytes = bytes + 1`],
    ['files that no message carries', () => `UPDATE files SET loose_since = NULL`],
    ['mentions are those', () => `DELETE FROM mentions`],
    ['messages carry the files', () => `DELETE FROM message_files`],
    [
      'mentions are those',
      () => `INSERT INTO mentions (user_id, conversation_id, seq) SELECT id, gen_random_uuid(), 1 FROM users`,
    ],
    ['the reactions that a message shows', () => `UPDATE messages SET reactions = '[]'`],
    ['the search knows', () => `DELETE FROM message_search WHERE ${newestWith("type = 'file'")}`],
    [
      'the search knows',
      () => `INSERT INTO message_search SELECT conversation_id, seq, created_at, '' FROM messages
              WHERE ${newestWith('deleted_at IS NOT NULL')}`,
    ],
  ])('%s', async (sentence, statement) => {
    const before = await epoch();
    const reactions = await session.query('SELECT id, reactions FROM messages ORDER BY id');
    await session.exec(statement());
    const found = await lookAtRows(session, progress);
    expect(found.map(sentenceOf)).toContainEqual(expect.stringMatching(`not hold that ${sentence}.*can be repaired`));
    await repair(session, found, progress);
    expect(await look()).toEqual([]);
    expect(await epoch()).not.toEqual(before);
    expect(await session.query('SELECT id, reactions FROM messages ORDER BY id')).toEqual(reactions);
  });
});

it('writes down in the audit log what did not hold when something is repaired, and nothing where nothing is', async () => {
  const entries = () =>
    session.query(`SELECT actor_id AS actor, details FROM audit_log WHERE action = 'database_repaired'`);
  const before = await entries();
  await repair(session, [], progress);
  expect(await entries()).toHaveLength(before.length);
  await session.exec('DELETE FROM mentions');
  await repair(session, await lookAtRows(session, progress), progress);
  const after = await entries();
  expect(after).toHaveLength(before.length + 1);
  const invariants = expect.arrayContaining(['mentions are those of the messages']);
  expect(after).toContainEqual({ actor: null, details: { invariants } });
});

describe('what no other row tells is found, and said not to be repaired:', () => {
  it.each([
    ['messages are numbered', () => `DELETE FROM messages WHERE ${newestWith("type = 'file'")}`],
    ['messages are numbered', () => `UPDATE conversations SET last_seq = last_seq + 1 WHERE id = '${id}'`],
    ['each version', () => `UPDATE conversations SET version = version + 1 WHERE id = '${id}'`],
    ['each version', () => `DELETE FROM conversation_changes WHERE kind = 'message_edited'`],
    [
      'times and versions',
      () => `UPDATE messages SET created_at = created_at - interval '1 hour' WHERE ${newestWith("type = 'file'")}`,
    ],
    [
      'ids of messages',
      () => `UPDATE messages SET id = (SELECT id FROM messages LIMIT 1) WHERE ${newestWith("type = 'file'")}`,
    ],
    ['messages that have expired', () => `DELETE FROM expired_messages`],
    ['a deleted message', () => `UPDATE messages SET metadata = '{"a": 1}' WHERE deleted_at IS NOT NULL`],
    ['no member has changed', () => `UPDATE conversation_participants SET version = 99`],
    ['when a member read', () => `UPDATE read_ranges SET to_seq = 99`],
    ['the content of a file', () => `UPDATE file_contents SET state = 'removing'`],
  ])('%s', async (sentence, statement) => {
    await session.exec('BEGIN');
    await session.exec(statement());
    const found = await look();
    await session.exec('ROLLBACK');
    expect(found).toContainEqual(expect.stringMatching(`not hold that ${sentence}.*cannot be repaired`));
  });
});

it('takes no file for loose that a message names, though nothing says any more that it carries it', async () => {
  await session.exec('DELETE FROM message_files; UPDATE files SET loose_since = NULL');
  await repair(session, await lookAtRows(session, progress), progress);
  expect(await look()).toEqual([]);
  const kept = await session.query<{ isCarried: boolean; isKept: boolean }>(
    `SELECT l.file_id IS NOT NULL AS "isCarried", f.loose_since IS NULL AS "isKept"
       FROM files f LEFT JOIN message_files l ON l.file_id = f.id ORDER BY 1`,
  );
  expect(kept).toEqual([
    { isCarried: false, isKept: false },
    { isCarried: true, isKept: true },
  ]);
});

it('takes no marker for one beyond the last message where just the conversation does not know of that', async () => {
  await session.exec('BEGIN');
  await session.exec(`UPDATE conversations SET last_seq = 2 WHERE id = '${id}'`);
  const found = await look();
  await session.exec('ROLLBACK');
  expect(found).toEqual([expect.stringContaining('messages are numbered')]);
});

it('counts for everybody what is left to read of what is there, where a message is lost', async () => {
  const lost = 'deleted_at IS NOT NULL';
  const unread = () =>
    session.query(
      `SELECT p.role, (k.countable - greatest(p.read_countable, k.expired_countable))::integer AS unread
         FROM conversation_participants p JOIN conversations k ON k.id = p.conversation_id
        WHERE k.id = $1 AND p.left_at IS NULL ORDER BY p.role DESC`,
      [id],
    );
  const before = await unread();
  expect(before).toEqual([
    { role: 'owner', unread: 0 },
    { role: 'member', unread: 1 },
  ]);
  const [at] = await session.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM conversation_participants p JOIN messages m
        ON m.conversation_id = p.conversation_id AND m.seq = p.last_read_seq WHERE m.${lost}`,
  );
  expect(at?.count).toBe(1);
  await session.exec(`CREATE TEMPORARY TABLE kept_messages AS SELECT * FROM messages WHERE ${lost}`);
  await session.exec(`DELETE FROM messages WHERE ${lost}`);
  await repair(session, await lookAtRows(session, progress), progress);
  expect(await unread()).toEqual(before);
  for (const each of await look()) expect(each).toContain('cannot be repaired');
  await session.exec('INSERT INTO messages SELECT * FROM kept_messages; DROP TABLE kept_messages');
  await repair(session, await lookAtRows(session, progress), progress);
  expect([await look(), await unread()]).toEqual([[], before]);
});

it('says so where the tables are those of an older version', async () => {
  const notes = 'drizzle.__drizzle_migrations';
  const isLast = `created_at = (SELECT max(created_at) FROM ${notes})`;
  await session.exec(`CREATE TEMPORARY TABLE kept_note AS SELECT * FROM ${notes} WHERE ${isLast}`);
  await session.exec(`DELETE FROM ${notes} WHERE ${isLast}`);
  await expect(verify({ session, store: new DiskFileStore(files), progress })).rejects.toThrow('an older version');
  await session.exec(`ROLLBACK; INSERT INTO ${notes} SELECT * FROM kept_note; DROP TABLE kept_note`);
});

it('names what the store has lost, and does not count what no message carries', async () => {
  const parts = { session, store: new DiskFileStore(files), progress };
  expect(faultsOf(await verify(parts))).toBeNull();
  const [carried] = await session.query<{ id: string }>(
    'SELECT c.id FROM file_contents c JOIN files f ON f.content_id = c.id JOIN message_files m ON m.file_id = f.id',
  );
  await rm(files, { recursive: true });
  expect(faultsOf(await verify(parts))).toContain(
    `does not have 1 of 2 contents as they should be, for example ${carried?.id}`,
  );
});
