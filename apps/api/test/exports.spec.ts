import { createHash, randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { FIRST_ID } from '../src/kernel/ids.js';
import { ExportedChangesRepository } from '../src/modules/exports/exported-changes.repository.js';
import { RetentionJob } from '../src/modules/retention/index.js';
import { PASSWORD, startNode, type TestNode } from './node.js';
import { type Answer, aPerson, directOf, groupOf, Person, succeeded } from './people.js';
import { aFile, someBytes } from './uploads.js';

let node: TestNode;
beforeAll(async () => {
  node = await startNode({ ARCHIVE_AFTER_DAYS: '30' });
});
afterAll(() => node.close());

const linesOf = ({ text }: Answer): any[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const ofType = (lines: readonly any[], type: string): any[] => lines.filter((line) => line.type === type);
const mine = async (who: Person): Promise<any[]> => linesOf(await who.get('/users/me/export'));
const taken = async (who: Person, id: string): Promise<any[]> => linesOf(await who.get(`/conversations/${id}/export`));
const refusal = ({ status, body }: Answer) => [status, body.error?.code];

/** The files of an export by their ids, put together. */
function filesIn(lines: readonly any[]): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const { fileId, at, data } of ofType(lines, 'bytes')) {
    const before = files.get(fileId) ?? Buffer.alloc(0);
    expect(at).toBe(before.length);
    files.set(fileId, Buffer.concat([before, Buffer.from(data, 'base64')]));
  }
  return files;
}

/** Reads with pauses what is cut off, and answers how much came of it. */
async function readUntilCutOff({ body }: Response): Promise<number> {
  let bytes = 0;
  const readSlowly = async () => {
    for await (const part of body ?? []) {
      bytes += part.length;
      await sleep(20);
    }
  };
  await expect(readSlowly()).rejects.toThrow();
  return bytes;
}

describe('an export of oneself', () => {
  it('has the account, one’s own words with their edits, reactions and files, whole, and nothing of others', async () => {
    const [ann, bob] = [await aPerson(node), await aPerson(node)];
    const [direct, left] = [await directOf(ann, bob), await groupOf(bob, [ann], 'Named later')];
    const content = someBytes(120_000);
    const fileId = await aFile(ann, content, 'mine.bin');
    const own = await ann.say(direct, 'my words', { metadata: { fileId } });
    succeeded(await ann.patch(`/messages/${own.id}`, { content: 'my better words' }));
    const others = await bob.say(direct, 'the words of bob');
    succeeded(await ann.post(`/messages/${others.id}/reactions`, { emoji: '👍' }));
    await ann.say(direct, 'an answer', { replyToId: others.id });
    await ann.say(left, 'said before I left');
    const settings = succeeded(await ann.patch(`/conversations/${direct}/settings`, { isPinned: true }));
    succeeded(await bob.patch(`/conversations/${direct}/settings`, { notifications: 'none' }));
    succeeded(await ann.delete(`/conversations/${left}/members/${ann.id}`));
    succeeded(await bob.patch(`/conversations/${left}`, { name: 'Another name' }));
    succeeded(await bob.patch(`/conversations/${left}`, { isArchived: true }));
    const { headers, ...answer } = await ann.get('/users/me/export');
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-disposition': expect.stringMatching(/^attachment; filename="parley-account-[\d-]+\.jsonl"$/),
      'cache-control': 'private, no-store',
    });
    const lines = linesOf({ headers, ...answer });
    expect(lines[0]).toMatchObject({ type: 'export', format: 1, of: 'account', id: ann.id });
    expect(lines.at(-1)).toEqual({ type: 'end', lines: lines.length - 1 });
    expect(ofType(lines, 'account')).toEqual([{ type: 'account', account: succeeded(await ann.get('/users/me')) }]);
    const told = ofType(lines, 'conversation').map(({ conversation }) => [conversation.id, conversation.isArchived]);
    expect(Object.fromEntries(told)).toEqual({ [direct]: false, [left]: null });
    expect(ofType(lines, 'conversation').map(({ conversation }) => conversation.name)).toEqual([null, null]);
    expect(ofType(lines, 'conversation').flatMap((line) => line.settings ?? [])).toEqual([settings]);
    const words = ofType(lines, 'message').map(({ message }) => message.content);
    expect(new Set(words)).toEqual(new Set(['', 'an answer', 'my better words', 'said before I left']));
    expect(ofType(lines, 'edit').map(({ edit }) => edit.originalContent)).toEqual(['my words']);
    expect(ofType(lines, 'reaction')).toMatchObject([
      { reaction: { messageId: others.id, userId: ann.id, emoji: '👍' } },
    ]);
    expect(ofType(lines, 'file')).toMatchObject([
      { file: { id: fileId, name: 'mine.bin', sha256: createHash('sha256').update(content).digest('hex') } },
    ]);
    expect(filesIn(lines).get(fileId)?.equals(content)).toBe(true);
    expect(answer.text).not.toMatch(/the words of bob|Another name/);
  });

  it('has what one wrote whatever ids one gave, and of a conversation that one has left nothing that came since', async () => {
    const [ann, bob] = [await aPerson(node), await aPerson(node)];
    const first = { id: FIRST_ID, type: 'group', name: 'First', memberIds: [bob.id] };
    succeeded(await ann.post('/conversations', first));
    await ann.say(FIRST_ID, 'the first', { clientMessageId: FIRST_ID });
    const left = await groupOf(ann, [bob]);
    await ann.say(left, 'said before I left');
    succeeded(await ann.patch(`/conversations/${left}/members/${bob.id}`, { role: 'owner' }));
    succeeded(await ann.delete(`/conversations/${left}/members/${ann.id}`));
    await node.rows(sql`UPDATE conversations SET updated_at = updated_at - interval '31 days' WHERE id = ${left}`);
    await node.node.app.get(RetentionJob).run();
    expect(await bob.sees(left)).toMatchObject({ isArchived: true, lastMessage: { senderId: ann.id } });
    const lines = await mine(ann);
    const words: string[] = ofType(lines, 'message').map(
      ({ message: { content, metadata } }) => content || metadata.event,
    );
    expect(words.toSorted()).toEqual(['member_left', 'role_changed', 'said before I left', 'the first']);
    expect(ofType(lines, 'conversation').map(({ conversation }) => conversation.isArchived)).toEqual([false, null]);
  });

  it('is also had by a link, as long as one may sign in', async () => {
    const ann = await aPerson(node);
    const { url } = succeeded(await ann.post('/users/me/export/link'));
    const read = () => fetch(`${node.url}${url}`);
    const lines = (await (await read()).text()).trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ type: 'end' });
    expect((await fetch(`${node.url}${url.slice(0, -1)}`)).status).toBe(401);
    await node.rows(sql`UPDATE users SET is_disabled = true WHERE id = ${ann.id}`);
    expect((await read()).status).toBe(401);
  });

  it('ends with the session in which the link to it was made, also in the middle, and not with another one', async () => {
    const { id, username, token } = await node.register(`x${randomUUID().slice(0, 8)}`);
    const login = await node.request.post('/api/auth/login').send({ username, password: PASSWORD }).expect(200);
    const here = new Person(node, id, username, token);
    const there = new Person(node, id, username, login.body.accessToken);
    await aFile(here, someBytes(16_000_000));
    const [linkHere, linkThere] = [await here.post('/users/me/export/link'), await there.post('/users/me/export/link')];
    const unread = await fetch(`${node.url}${succeeded(linkThere).url}`);
    expect(unread.status).toBe(200);
    const { items } = succeeded(await here.get('/auth/sessions'));
    const other = items.find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent);
    succeeded(await here.delete(`/auth/sessions/${other.id}`));
    expect((await fetch(`${node.url}${succeeded(linkThere).url}`)).status).toBe(401);
    expect(await readUntilCutOff(unread)).toBeGreaterThan(0);
    const head = () => fetch(`${node.url}${succeeded(linkHere).url}`, { method: 'HEAD' });
    await eventually('the link of the other session is good', async () => (await head()).status === 200);
  });

  it('says which files the server has lost, and goes on', async () => {
    const ann = await aPerson(node);
    const fileId = await aFile(ann);
    const stored = await readdir(node.filesDirectory, { recursive: true, withFileTypes: true });
    for (const each of stored) if (each.isFile()) await rm(join(each.parentPath, each.name));
    const lines = await mine(ann);
    expect(lines.slice(-3)).toMatchObject([{ type: 'file' }, { type: 'lost', fileId }, { type: 'end' }]);
  });
});

describe('an export of a conversation', () => {
  it('has all that its members can read, in order, with those who left and each file once', async () => {
    const [ann, bob, eve] = [await aPerson(node), await aPerson(node), await aPerson(node)];
    const id = await groupOf(ann, [bob, eve], 'Project');
    const fileId = await aFile(bob);
    for (const content of ['one', 'two']) await bob.say(id, content, { metadata: { fileId } });
    const gone = await eve.say(id, 'gone by then');
    succeeded(await eve.delete(`/messages/${gone.id}`));
    const liked = await eve.say(id, 'liked');
    succeeded(await bob.post(`/messages/${liked.id}/reactions`, { emoji: '👍' }));
    succeeded(await eve.delete(`/conversations/${id}/members/${eve.id}`));
    const lines = await taken(ann, id);
    expect(lines.map(({ type }) => type)).toEqual([
      ...['export', 'conversation', 'member', 'member', 'member'],
      ...['message', 'message', 'message', 'message', 'message', 'reaction'],
      ...['file', 'bytes', 'end'],
    ]);
    const { items } = succeeded(await ann.get(`/conversations/${id}/messages`));
    const told = ofType(lines, 'message').map(({ message }) => [message.seq, message.content, message.isDeleted]);
    expect(told).toEqual(items.map((each: any) => [each.seq, each.content, each.isDeleted]));
    expect(JSON.stringify(lines)).not.toContain('gone by then');
    const away = ofType(lines, 'member').filter(({ membership }) => membership.leftAt !== null);
    expect(away.map(({ user }) => user.id)).toEqual([eve.id]);
  });

  it('is for the owners of a group, and for both in a direct conversation, also by a link for as long as that holds', async () => {
    const [ann, bob, eve] = [await aPerson(node), await aPerson(node), await aPerson(node)];
    const [group, direct] = [await groupOf(ann, [bob]), await directOf(ann, bob)];
    for (const who of [ann, bob]) expect((await taken(who, direct)).at(-1)).toMatchObject({ type: 'end' });
    expect(refusal(await bob.get(`/conversations/${group}/export`))).toEqual([403, 'forbidden']);
    expect(refusal(await eve.get(`/conversations/${group}/export`))).toEqual([404, 'not_found']);
    const { url } = succeeded(await ann.post(`/conversations/${group}/export/link`));
    expect((await fetch(`${node.url}${url}`)).status).toBe(200);
    succeeded(await ann.patch(`/conversations/${group}/members/${bob.id}`, { role: 'owner' }));
    succeeded(await bob.patch(`/conversations/${group}/members/${ann.id}`, { role: 'member' }));
    expect((await fetch(`${node.url}${url}`)).status).toBe(403);
  });

  it('is written down for good, as one of oneself is, and what was refused or only asked for is not', async () => {
    const [ann, bob] = [await aPerson(node), await aPerson(node)];
    const id = await groupOf(ann, [bob]);
    const { url } = succeeded(await ann.post(`/conversations/${id}/export/link`));
    expect((await fetch(`${node.url}${url}`, { method: 'HEAD' })).status).toBe(200);
    expect(refusal(await bob.get(`/conversations/${id}/export`))).toEqual([403, 'forbidden']);
    await taken(ann, id);
    await mine(bob);
    const entries = await node.rows(sql`
      SELECT action, actor_id AS "actorId", conversation_id AS "conversationId" FROM audit_log
       WHERE actor_id IN (${ann.id}, ${bob.id}) ORDER BY action`);
    expect(entries).toEqual([
      { action: 'account_exported', actorId: bob.id, conversationId: null },
      { action: 'conversation_exported', actorId: ann.id, conversationId: id },
    ]);
  });

  it('comes page by page, of one message’s edits and reactions too', async () => {
    const [ann, bob] = [await aPerson(node), await aPerson(node)];
    const id = await directOf(ann, bob);
    const socket = await ann.connect();
    await Promise.all(Array.from({ length: 230 }, (_, i) => socket.say(id, `message ${i}`)));
    socket.close();
    const { items } = succeeded(await ann.get(`/conversations/${id}/messages`));
    const { id: messageId, seq } = items.at(-1);
    const ofMessage = sql`${id}::uuid, ${seq}::bigint, ${messageId}::uuid`;
    await node.rows(sql`
      INSERT INTO message_edit_history (conversation_id, seq, message_id, version, original_content, original_metadata, edited_by, edited_at)
      SELECT ${ofMessage}, n, 'was ' || n, '{}', ${ann.id}::uuid, now() FROM generate_series(1, 230) n`);
    await node.rows(
      sql`UPDATE messages SET edited_at = now(), reactions = '[{"emoji":"👍","count":1}]' WHERE id = ${messageId}`,
    );
    await node.rows(sql`
      INSERT INTO message_reactions (conversation_id, seq, message_id, user_id, emoji)
      SELECT ${ofMessage}, ${bob.id}::uuid, 'e' || n FROM generate_series(1, 230) n`);
    const lines = await taken(ann, id);
    const seqs = ofType(lines, 'message').map(({ message }) => message.seq);
    expect(seqs).toEqual(Array.from({ length: 230 }, (_, i) => i + 1));
    expect(ofType(lines, 'edit').map(({ edit }) => edit.originalContent)).toEqual(seqs.map((n) => `was ${n}`));
    const emoji = ofType(lines, 'reaction').map(({ reaction }) => reaction.emoji);
    expect([emoji.length, new Set(emoji).size]).toEqual([230, 230]);
    expect(ofType(await mine(ann), 'edit')).toHaveLength(230);
    expect(ofType(await mine(bob), 'reaction')).toHaveLength(230);
  });

  it('has no former texts of what is deleted while it is written', async () => {
    const [ann, bob] = [await aPerson(node), await aPerson(node)];
    const id = await groupOf(ann, [bob]);
    const { id: messageId, seq } = await bob.say(id, 'said in haste');
    succeeded(await bob.patch(`/messages/${messageId}`, { content: 'said with care' }));
    const changes = node.node.app.get(ExportedChangesRepository);
    const edits = async () =>
      (await changes.edits(id, [seq], { seq: 0, version: 0 })).map(({ originalContent }) => originalContent);
    expect(await edits()).toEqual(['said in haste']);
    succeeded(await bob.delete(`/messages/${messageId}`));
    expect(await edits()).toEqual([]);
  });

  it('goes to each user one at a time, and ends in the middle for whoever may have it no longer', async () => {
    const [ann, bob] = [await aPerson(node), await aPerson(node)];
    const id = await groupOf(ann, [bob]);
    await ann.say(id, 'large', { metadata: { fileId: await aFile(ann, someBytes(16_000_000)) } });
    const headers = { authorization: `Bearer ${ann.token}` };
    const unread = await fetch(`${node.url}/api/conversations/${id}/export`, { headers });
    expect(refusal(await ann.get('/users/me/export'))).toEqual([503, 'service_unavailable']);
    expect(await mine(bob)).not.toHaveLength(0);
    succeeded(await ann.patch(`/conversations/${id}/members/${bob.id}`, { role: 'owner' }));
    succeeded(await bob.patch(`/conversations/${id}/members/${ann.id}`, { role: 'member' }));
    expect(await readUntilCutOff(unread)).toBeGreaterThan(0);
    await eventually('another one is begun', async () => (await ann.get('/users/me/export')).status === 200);
  });
});
