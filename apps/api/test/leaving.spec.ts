import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { FileCleanup } from '../src/modules/files/index.js';
import { AccountErasure, ERASURE } from '../src/modules/leaving/index.js';
import { RetiredNames, UsersService } from '../src/modules/users/index.js';
import { violationsOn } from './invariants.js';
import { PASSWORD, startNode, type TestNode } from './node.js';
import { type Answer, aPerson, directOf, groupOf, Person, succeeded } from './people.js';
import { aFile, download } from './uploads.js';

let node: TestNode;
let chief: Person;
const set = { ...ERASURE };
beforeAll(async () => {
  Object.assign(ERASURE, { lookMs: 3_600_000, afterMs: 0, most: 2 });
  node = await startNode({ ADMIN_USERS: 'host:chief', MESSAGES_OF_LEAVERS: 'delete' });
  const { id, username, token } = await node.hostUser('chief');
  chief = new Person(node, id, username, token);
});
afterAll(async () => {
  Object.assign(ERASURE, set);
  await node.close();
});

/** Somebody with a password. */
async function aLeaver(): Promise<Person> {
  const { id, username, token } = await node.register(`l${randomUUID().slice(0, 8)}`);
  return new Person(node, id, username, token);
}

const leave = (who: Person, password = PASSWORD): Promise<Answer> => who.call<any>('DELETE', '/users/me', { password });
const refusal = ({ status, body }: Pick<Answer, 'status' | 'body'>) => [status, body.error?.code, body.error?.details];
const erase = () => node.node.app.get(AccountErasure).run();
const login = (username: string) => node.request.post('/api/auth/login').send({ username, password: PASSWORD });
const messagesIn = async (who: Person, id: string): Promise<any[]> =>
  succeeded(await who.get(`/conversations/${id}/messages`)).items;

describe('leaving for good', () => {
  it('takes the right password, and changes nothing without', async () => {
    const ann = await aLeaver();
    const none = [{ path: 'password', message: 'none' }];
    expect(refusal(await leave(ann, 'not this one'))).toEqual([
      403,
      'forbidden',
      [{ path: 'password', message: 'wrong' }],
    ]);
    expect(refusal(await leave(await aPerson(node)))).toEqual([403, 'forbidden', none]);
    expect(refusal(await ann.call<any>('DELETE', '/users/me', {}))).toMatchObject([
      400,
      'validation_failed',
      expect.anything(),
    ]);
    expect(refusal(await node.request.delete('/api/users/me').send({ password: PASSWORD })).slice(0, 2)).toEqual([
      401,
      'unauthenticated',
    ]);
    expect(succeeded(await ann.get('/users/me')).username).toBe(ann.username);
  });

  it('ends every session with its sockets, lets nobody in again, and is answered the same when it is repeated', async () => {
    const ann = await aLeaver();
    const elsewhere = (await login(ann.username)).body.accessToken;
    const sockets = [await ann.connect(), await new Person(node, ann.id, '', elsewhere).connect()];
    const answer = await leave(ann);
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    for (const socket of sockets) {
      expect((await socket.first('server:closing')).error.code).toBe('unauthenticated');
      await socket.end();
    }
    expect((await ann.get('/users/me')).status).toBe(401);
    expect((await login(ann.username)).status).toBe(401);
    expect((await leave(ann)).status).toBe(204);
    expect((await leave(ann, 'any other')).status).toBe(204);
    const { items } = succeeded(await chief.get('/audit'));
    const entries = items.filter(({ target }: any) => target?.id === ann.id);
    expect(entries).toMatchObject([{ action: 'account_deleted', actorId: ann.id, details: {} }]);
    expect(refusal(await chief.patch(`/users/${ann.id}`, { isDisabled: false }))).toEqual([
      409,
      'conflict',
      [{ path: 'user', message: 'deleted' }],
    ]);
  });

  it('overwrites what the account says of its owner, and tells those who share a conversation', async () => {
    const [ann, bob] = [await aLeaver(), await aPerson(node)];
    await directOf(ann, bob);
    await node.rows(sql`UPDATE users SET email = ${`${ann.username}@example.org`} WHERE id = ${ann.id}`);
    succeeded(
      await ann.patch('/users/me', { displayName: `Ann ${ann.username}`, avatarUrl: 'https://example.org/a.png' }),
    );
    const socket = await bob.connect();
    succeeded(await leave(ann));
    const told = await socket.first('user:updated', ({ user }) => user.id === ann.id && user.avatarUrl === null);
    expect(told.user).toEqual({
      ...{ id: ann.id, username: expect.stringMatching(/^deleted-[0-9a-f]{24}$/), displayName: 'Deleted user' },
      ...{ avatarUrl: null, isBot: false },
    });
    await erase();
    const rows = await node.rows(sql`
      SELECT u::text FROM users u WHERE u.id = ${ann.id}
      UNION ALL SELECT s::text FROM refresh_sessions s WHERE s.user_id = ${ann.id}`);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`${ann.username}|example|argon2`));
    expect(succeeded(await bob.get(`/users?query=${ann.username}`)).items).toEqual([]);
    expect((await bob.post('/conversations', { type: 'direct', memberIds: [ann.id] })).status).toBe(400);
    socket.close();
  });

  it('leaves its username to nobody, but to whom an invite names', async () => {
    const ann = await aLeaver();
    succeeded(await leave(ann));
    const register = (more: object) =>
      node.request.post('/api/auth/register').send({ username: ann.username, password: PASSWORD, ...more });
    expect((await register({})).status).toBe(409);
    expect((await chief.post('/bots', { username: ann.username })).status).toBe(409);
    const provisioned = await node.hostUser(ann.username, { preferred_username: ann.username });
    expect(provisioned.username).not.toBe(ann.username);
    const { url } = succeeded(await chief.post('/auth/links', { purpose: 'invite', username: ann.username }));
    expect((await register({ invite: new URL(url).hash.slice(1) })).status).toBe(201);
    expect((await login(ann.username)).status).toBe(200);
  });

  it('leaves its username to nobody who looked at it before, and took it after', async () => {
    const names = node.node.app.get(RetiredNames);
    const taking: ((username: string) => PromiseLike<{ status: number }>)[] = [
      (username) => node.request.post('/api/auth/register').send({ username, password: PASSWORD }),
      (username) => chief.post('/bots', { username }),
      async (username) => ({ status: 409, ...(await node.hostUser(username, { preferred_username: username })) }),
    ];
    for (const take of taking) {
      const ann = await aLeaver();
      succeeded(await leave(ann));
      const looked = jest.spyOn(names, 'among').mockResolvedValueOnce(new Set());
      expect((await take(ann.username)).status).toBe(409);
      looked.mockRestore();
      expect(await node.rows(sql`SELECT 1 FROM users u WHERE u.username = ${ann.username}`)).toEqual([]);
    }
  });

  it('takes nothing into the account any more that was under way', async () => {
    const ann = await aLeaver();
    succeeded(await leave(ann));
    const changing = node.node.app.get(UsersService).updateMe(ann.id, { displayName: 'Ann again' });
    await expect(changing).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await node.rows(sql`SELECT display_name AS name FROM users u WHERE u.id = ${ann.id}`)).toEqual([
      { name: 'Deleted user' },
    ]);
    expect(succeeded(await chief.get('/accounts?query=deleted')).items).toEqual([]);
  });

  it('takes back the invites to its name that nobody has used, and leaves the name in none of them', async () => {
    const username = `l${randomUUID().slice(0, 8)}`;
    const invite = async () => {
      const { id, url } = succeeded(await chief.post('/auth/links', { purpose: 'invite', username }));
      return { id, token: new URL(url).hash.slice(1) };
    };
    const [used, open] = [await invite(), await invite()];
    const register = (token: string) =>
      node.request.post('/api/auth/register').send({ username, password: PASSWORD, invite: token });
    const { user, accessToken } = (await register(used.token)).body;
    succeeded(await leave(new Person(node, user.id, username, accessToken)));
    const revoked = [{ path: 'link', message: 'revoked' }];
    expect(refusal(await register(open.token))).toEqual([409, 'conflict', revoked]);
    expect(await node.rows(sql`SELECT 1 FROM account_links l WHERE l.username = ${username}`)).toEqual([]);
    const isRevoked = sql`SELECT id FROM account_links WHERE revoked_at IS NOT NULL AND id = ANY (${sql.param([used.id, open.id])}::uuid[])`;
    expect(await node.rows(isRevoked)).toEqual([{ id: open.id }]);
  });

  it('is refused to the last owner of groups, which it names; of two who leave at once the second is the last', async () => {
    const [ann, bob, eve] = [await aLeaver(), await aLeaver(), await aPerson(node)];
    const [id, other] = [await groupOf(ann, [bob, eve]), await groupOf(ann, [])];
    const lastOwner = [{ path: `groups.${id}`, message: 'last_owner' }];
    expect(refusal(await leave(ann))).toEqual([409, 'conflict', lastOwner]);
    succeeded(await ann.patch(`/conversations/${id}/members/${bob.id}`, { role: 'owner' }));
    const answers = await Promise.all([leave(ann), leave(bob)]);
    expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([204, 409]));
    await erase();
    const left = await node.rows(sql`
      SELECT p.role FROM conversation_participants p
       WHERE p.left_at IS NULL AND (p.conversation_id = ${other} OR p.conversation_id = ${id}) ORDER BY p.role`);
    const isAnn = answers[0]?.status === 204;
    expect(left).toEqual([{ role: 'member' }, { role: 'owner' }].concat(isAnn ? [] : [{ role: 'owner' }]));
  });

  it('counts an owner who is disabled as none, and passes the group on to somebody who is not', async () => {
    const [ann, bob, eve] = [await aLeaver(), await aPerson(node), await aPerson(node)];
    const id = await groupOf(ann, [bob, eve]);
    const alone = await groupOf(ann, [bob]);
    for (const group of [id, alone])
      succeeded(await ann.patch(`/conversations/${group}/members/${bob.id}`, { role: 'owner' }));
    const disable = (isDisabled: boolean) => chief.patch(`/users/${bob.id}`, { isDisabled });
    succeeded(await disable(true));
    const lastOwner = [{ path: `groups.${id}`, message: 'last_owner' }];
    expect(refusal(await leave(ann))).toEqual([409, 'conflict', lastOwner]);
    expect((await ann.delete(`/conversations/${id}/members/${ann.id}`)).status).toBe(403);
    succeeded(await disable(false));
    succeeded(await leave(ann));
    succeeded(await disable(true));
    await erase();
    const owners = await node.rows(sql`
      SELECT p.user_id AS id FROM conversation_participants p
       WHERE p.conversation_id = ${id} AND p.left_at IS NULL AND p.role = 'owner' AND p.user_id <> ${bob.id}`);
    expect(owners).toEqual([{ id: eve.id }]);
  });

  it('is refused to the last server admin', async () => {
    const ann = await aLeaver();
    await node.rows(sql`UPDATE users SET external_id = 'moved' WHERE id = ${chief.id}`);
    await node.rows(sql`UPDATE users SET external_id = 'chief' WHERE id = ${ann.id}`);
    const last = [{ path: 'user', message: 'last_admin' }];
    expect(refusal(await leave(ann))).toEqual([409, 'conflict', last]);
    await node.rows(sql`UPDATE users SET external_id = NULL WHERE id = ${ann.id}`);
    await node.rows(sql`UPDATE users SET external_id = 'chief' WHERE id = ${chief.id}`);
  });
});

describe('what somebody leaves behind', () => {
  it('goes wherever it was cut off: groups, and each message as a tombstone with its version, once', async () => {
    const [ann, bob] = [await aLeaver(), await aPerson(node)];
    const id = await groupOf(bob, [ann]);
    const { id: fileId } = { id: await aFile(ann) };
    const own = ['one', 'two', 'three', 'four', `@${bob.username}`];
    const first = '00000000-0000-0000-0000-000000000000';
    for (const [i, content] of own.entries()) await ann.say(id, content, i === 0 ? { clientMessageId: first } : {});
    await ann.say(id, '', { type: 'file', metadata: { fileId } });
    const reacted = await ann.say(id, 'loved');
    succeeded(await bob.post(`/messages/${reacted.id}/reactions`, { emoji: '👍' }));
    succeeded(await ann.patch(`/messages/${reacted.id}`, { content: 'loved more' }));
    await bob.say(id, 'stays');
    const socket = await bob.connect();
    succeeded(await leave(ann));
    const repository = (node.node.app.get(AccountErasure) as any).repository;
    // After its second step another node has it, as far as it knows.
    const renewed = jest.spyOn(repository, 'renew').mockResolvedValueOnce(true).mockResolvedValueOnce(false);
    await erase();
    renewed.mockRestore();
    const left = (await messagesIn(bob, id)).filter((each) => each.senderId === ann.id && !each.isDeleted);
    expect(left.length).toBeGreaterThan(1);
    await node.rows(sql`UPDATE account_erasures SET claimed_until = now() - interval '1 second'`);
    await erase();
    await erase();
    const messages = await messagesIn(bob, id);
    const texts = messages.filter(({ type }) => type !== 'system').map(({ content }) => content);
    expect(texts).toEqual([...own.map(() => ''), '', '', 'stays']);
    expect(messages.at(-1)).toMatchObject({ type: 'system', senderId: ann.id, metadata: { event: 'member_left' } });
    const { version } = await bob.sees(id);
    await socket.reaches(id, version);
    const versions = socket.versions(id);
    expect(versions).toEqual(versions.map((_, i) => (versions[0] ?? 0) + i));
    expect(socket.all('message:deleted')).toHaveLength(own.length + 2);
    expect(
      await node.rows(sql`
      SELECT 'edit' FROM message_edit_history e WHERE e.conversation_id = ${id}
      UNION ALL SELECT 'token' FROM message_search s JOIN messages m USING (conversation_id, seq) WHERE m.sender_id = ${ann.id}
      UNION ALL SELECT 'reaction' FROM message_reactions r WHERE r.conversation_id = ${id}
      UNION ALL SELECT 'mention' FROM mentions n WHERE n.conversation_id = ${id}
      UNION ALL SELECT 'file' FROM files f WHERE f.uploader_id = ${ann.id}
      UNION ALL SELECT 'erasure' FROM account_erasures a WHERE a.user_id = ${ann.id}`),
    ).toEqual([]);
    expect((await bob.sees(id)).memberCount).toBe(1);
    socket.close();
  });

  it('is looked for under a claim that is renewed at each conversation, also where there is nothing', async () => {
    const [ann, bob, eve] = [await aLeaver(), await aPerson(node), await aPerson(node)];
    for (const other of [bob, eve]) await directOf(ann, other);
    succeeded(await leave(ann));
    const renewed = jest.spyOn((node.node.app.get(AccountErasure) as any).repository, 'renew');
    await erase();
    expect(renewed.mock.calls.filter(([id]) => id === ann.id)).toHaveLength(2);
    renewed.mockRestore();
  });

  it('is the files alone where messages are kept, and what these were before edits', async () => {
    const [ann, bob] = [await aLeaver(), await aPerson(node)];
    const id = await directOf(ann, bob);
    const [first, second, third] = [await aFile(ann), await aFile(ann), await aFile(ann)];
    const text = await ann.say(id, 'as it was');
    succeeded(await ann.patch(`/messages/${text.id}`, { content: 'as it is' }));
    await ann.say(id, 'see there', { type: 'file', metadata: { fileId: first, mine: 1 } });
    await ann.say(id, '', { type: 'file', metadata: { fileId: second } });
    await ann.say(id, '', { type: 'file', metadata: { fileId: third, mine: 2 } });
    succeeded(await leave(ann));
    await node.rows(sql`UPDATE account_erasures SET keeps_messages = true WHERE user_id = ${ann.id}`);
    await erase();
    const kept = (await messagesIn(bob, id)).map(({ content, metadata, isDeleted }) => [content, metadata, isDeleted]);
    expect(kept).toEqual([
      ['as it is', {}, false],
      ['see there', { mine: 1 }, false],
      ['', {}, true],
      ['', { mine: 2 }, false],
    ]);
    expect(succeeded(await bob.get(`/messages/${text.id}/edits`)).items).toEqual([]);
    expect((await download(bob, first)).status).toBe(404);
    await node.node.app.get(FileCleanup).run();
    expect(await node.rows(sql`SELECT 1 FROM file_contents c WHERE c.uploader_id = ${ann.id}`)).toEqual([]);
    expect(succeeded(await bob.get(`/conversations/${id}/members`)).items).toHaveLength(2);
  });
});

it('breaks nothing of what holds in every database', async () => {
  expect(await violationsOn(node)).toEqual([]);
});
