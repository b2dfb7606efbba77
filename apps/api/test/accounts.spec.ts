import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import type { Response } from 'supertest';
import { AuditService } from '../src/modules/audit/index.js';
import { DisablingService, SessionEvents, type SessionsEnded } from '../src/modules/auth/index.js';
import { PASSWORD, signedIn, startNode, type TestNode } from './node.js';
import { type Answer, aPerson, groupOf, NOBODY, Person, succeeded } from './people.js';

let node: TestNode;
let chief: Person;
let second: Person;

beforeAll(async () => {
  node = await startNode({ ADMIN_USERS: 'host:chief, host:second, root', REGISTRATION: 'closed' });
  [chief, second] = await Promise.all([named('chief'), named('second')]);
});
afterAll(() => node.close());

async function named(sub: string): Promise<Person> {
  const { id, username, token } = await node.hostUser(sub);
  return new Person(node, id, username, token);
}

const refusal = ({ status, body }: Pick<Answer, 'status' | 'body'>) => [
  status,
  body?.error?.code,
  body?.error?.details?.[0]?.message,
];
const disable = (who: Person, id: string, isDisabled = true) => who.patch(`/users/${id}`, { isDisabled });
const logged = async (): Promise<AuditEntry[]> => succeeded(await chief.get('/audit')).items;

describe('the audit log', () => {
  it('S4.44: has who disabled and enabled whom, once for each change, newest first', async () => {
    const ann = await aPerson(node);
    for (const isDisabled of [true, true, false]) succeeded(await disable(chief, ann.id, isDisabled));
    const { items, users } = succeeded(await chief.get('/audit'));
    const done = { actorId: chief.id, target: { kind: 'user', id: ann.id }, conversationId: null, details: {} };
    expect(items.slice(0, 2)).toEqual([
      { ...done, action: 'account_enabled', id: expect.any(String), at: expect.stringMatching(/Z$/) },
      { ...done, action: 'account_disabled', id: expect.any(String), at: expect.stringMatching(/Z$/) },
    ]);
    expect(users).toEqual(expect.arrayContaining([chief, ann].map(({ id }) => expect.objectContaining({ id }))));
  });

  it('only grows: every change of it is refused, to whoever asks the database', async () => {
    succeeded(await disable(chief, (await aPerson(node)).id));
    for (const change of [
      sql`UPDATE audit_log SET action = 'nothing'`,
      sql`DELETE FROM audit_log`,
      sql`TRUNCATE audit_log`,
    ]) {
      await expect(node.rows(change)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('only grows') },
      });
    }
    expect((await logged()).map(({ action }) => action)).toContain('account_disabled');
  });

  it('has nothing of what was rolled back', async () => {
    const { main } = node.node.databases;
    const audit = node.node.app.get(AuditService);
    const undone = main.transaction(async (tx) => {
      await audit.record({ actorId: null, action: 'bot_created', target: { kind: 'user', id: NOBODY } }, tx);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect((await logged()).filter(({ target }) => target?.id === NOBODY)).toEqual([]);
  });

  it('is for server admins, in pages', async () => {
    const [ann, bob] = [await aPerson(node), await aPerson(node)];
    for (const { id } of [ann, bob]) succeeded(await disable(chief, id));
    expect(refusal(await (await aPerson(node)).get('/audit'))).toEqual([403, 'forbidden', undefined]);
    const first = succeeded(await chief.get('/audit?limit=1'));
    const next = succeeded(await chief.get(`/audit?limit=1&cursor=${first.nextCursor}`));
    const ids = [...first.items, ...next.items].map(({ target }) => target.id);
    expect([ids, first.hasMore]).toEqual([[bob.id, ann.id], true]);
    for (const wrong of ['limit=0', 'limit=101', 'cursor=x', 'what=ever']) {
      expect(refusal(await chief.get(`/audit?${wrong}`)).slice(0, 2)).toEqual([400, 'validation_failed']);
    }
  });
});

describe('disabling', () => {
  it('server admins find by a name who is disabled, too, and what kind of account each is; nobody else does', async () => {
    const ann = await aPerson(node);
    await disable(chief, ann.id);
    const find = async (who: Person, query: string) => who.get(`/accounts?query=${encodeURIComponent(query)}`);
    const { items } = succeeded(await find(chief, ann.username));
    expect(items).toEqual([
      {
        ...{ id: ann.id, username: ann.username, displayName: expect.any(String), avatarUrl: null, isBot: false },
        ...{ role: 'user', isDisabled: true, hasPassword: false, createdAt: expect.stringMatching(/Z$/) },
      },
    ]);
    expect(succeeded(await find(chief, chief.username)).items).toMatchObject([{ role: 'admin', isDisabled: false }]);
    expect(refusal(await find(chief, 'a'))).toEqual([400, 'validation_failed', 'must have at least 2 characters']);
    expect(refusal(await find(second, '%_'))).toEqual([200, undefined, undefined]);
    expect(succeeded(await find(second, '%_')).items).toEqual([]);
    expect(refusal(await find(await aPerson(node), ann.username))).toEqual([403, 'forbidden', undefined]);
  });

  it('§2: is for server admins, about others that exist, and never about the last of them', async () => {
    const ann = await aPerson(node);
    expect(refusal(await disable(ann, chief.id))).toEqual([403, 'forbidden', undefined]);
    expect(refusal(await disable(chief, chief.id))).toEqual([403, 'forbidden', undefined]);
    expect(refusal(await disable(chief, NOBODY))).toEqual([404, 'not_found', undefined]);
    const disabling = node.node.app.get(DisablingService);
    const both = await Promise.allSettled([chief, second].map(({ id }) => disabling.change(null, id, true)));
    const refused = both.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refused).toEqual([expect.objectContaining({ code: 'conflict' })]);
    await node.rows(sql`UPDATE users SET is_disabled = false`);
  });
});

describe('links that work once', () => {
  const make = async (body: object) => succeeded(await chief.post('/auth/links', body));
  const tokenOf = ({ url }: { url: string }): string => new URL(url).hash.slice(1);
  const register = (username: string, invite?: string) =>
    node.request.post('/api/auth/register').send({ username, password: PASSWORD, invite });
  const view = (token: string) => node.request.post('/api/auth/links/view').send({ token });
  const reset = (token: string, password: string) =>
    node.request.post('/api/auth/reset').send({ token, new: password });
  const actions = async (id: string) =>
    (await logged()).filter(({ target }) => target?.id === id).map(({ action }) => action);

  it('§2: an invite lets one in although registration is closed, of five at once too, and is good no more', async () => {
    expect(refusal(await register('nobody'))).toEqual([403, 'forbidden', undefined]);
    const link = await make({ purpose: 'invite' });
    expect(link.url).toMatch(new RegExp(`^${node.url}/invite#[\\w-]{43}$`));
    expect((await view(tokenOf(link))).body).toEqual({
      purpose: 'invite',
      username: null,
      expiresAt: link.expiresAt,
    });
    expect(Date.parse(link.expiresAt) - Date.now()).toBeCloseTo(7 * 86_400_000, -5);
    const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => register(`guest${i}`, tokenOf(link))));
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(4);
    expect(await node.rows(sql`SELECT 1 FROM users WHERE username LIKE 'guest_'`)).toHaveLength(1);
    for (const answer of [await register('late', tokenOf(link)), await view(tokenOf(link))]) {
      expect(refusal(answer)).toEqual([409, 'conflict', 'used']);
    }
    expect(await actions(link.id)).toEqual(['invite_used', 'invite_created']);
  });

  it('§2: an invite for a name is for no other, and one that met a taken name is still good', async () => {
    const invite = tokenOf(await make({ purpose: 'invite', username: 'Zoe' }));
    expect(refusal(await register('eve', invite)).slice(0, 2)).toEqual([400, 'validation_failed']);
    expect((await register('ZOE', invite)).body.user).toMatchObject({ username: 'zoe', role: 'user' });
    expect(refusal(await chief.post('/auth/links', { purpose: 'invite', username: 'zoe' }))).toEqual([
      409,
      'conflict',
      'taken',
    ]);
    const open = tokenOf(await make({ purpose: 'invite' }));
    expect(refusal(await register('zoe', open))).toEqual([409, 'conflict', 'taken']);
    expect((await register('not-zoe', open)).status).toBe(201);
  });

  it('§2: makes nobody a server admin whose name the invite does not say', async () => {
    const open = tokenOf(await make({ purpose: 'invite' }));
    expect(refusal(await register('Root', open)).slice(0, 2)).toEqual([400, 'validation_failed']);
    const forRoot = tokenOf(await make({ purpose: 'invite', username: 'root' }));
    expect((await register('root', forRoot)).body.user).toMatchObject({ username: 'root', role: 'admin' });
  });

  it('§2: a link that is too old, was taken back, or is for something else is refused, each in its words', async () => {
    const [old, back] = [await make({ purpose: 'invite', hours: 1 }), await make({ purpose: 'invite' })];
    await node.rows(sql`UPDATE account_links SET expires_at = now() WHERE id = ${old.id}`);
    succeeded(await chief.delete(`/auth/links/${back.id}`));
    expect((await chief.delete(`/auth/links/${back.id}`)).status).toBe(404);
    for (const [link, why] of [
      [old, 'expired'],
      [back, 'revoked'],
    ]) {
      expect(refusal(await view(tokenOf(link)))).toEqual([409, 'conflict', why]);
      expect(refusal(await register('anyone', tokenOf(link)))).toEqual([409, 'conflict', why]);
    }
    const invite = tokenOf(await make({ purpose: 'invite' }));
    for (const answer of [await reset(invite, PASSWORD), await view('garbage'), await register('anyone', 'garbage')]) {
      expect(refusal(answer)).toEqual([404, 'not_found', undefined]);
    }
  });

  it('§3: links are made by server admins, for people who can use them', async () => {
    const ann = await aPerson(node);
    const bot = succeeded(await chief.post('/bots', { username: 'linkless' }));
    for (const [who, body, answer] of [
      [ann, { purpose: 'invite' }, [403, 'forbidden', undefined]],
      [chief, { purpose: 'gift' }, [400, 'validation_failed', expect.any(String)]],
      [chief, { purpose: 'invite', hours: 0 }, [400, 'validation_failed', expect.any(String)]],
      [chief, { purpose: 'invite', username: 'x' }, [400, 'validation_failed', expect.any(String)]],
      [chief, { purpose: 'reset' }, [400, 'validation_failed', 'must be given']],
      [chief, { purpose: 'reset', username: 'no-such' }, [404, 'not_found', undefined]],
      [chief, { purpose: 'reset', username: ann.username }, [409, 'conflict', 'without_password']],
      [chief, { purpose: 'reset', username: bot.user.username }, [409, 'conflict', 'without_password']],
    ] as const) {
      expect(refusal(await who.post('/auth/links', body))).toEqual(answer);
    }
  });

  it('§2: a reset sets a new password once, ends every session and every other reset, and signs in', async () => {
    const invite = tokenOf(await make({ purpose: 'invite', username: 'ada' }));
    const ada = signedIn((await register('ada', invite)) as Response);
    const login = (password: string) => node.request.post('/api/auth/login').send({ username: 'ada', password });
    const [first, other] = [
      await make({ purpose: 'reset', username: 'ada' }),
      await make({ purpose: 'reset', username: 'ada' }),
    ];
    expect(refusal(await reset(tokenOf(first), 'short')).slice(0, 2)).toEqual([400, 'validation_failed']);
    const socket = await new Person(node, ada.id, 'ada', ada.token).connect();
    const answers = await Promise.all([
      reset(tokenOf(first), 'a new password'),
      reset(tokenOf(first), 'a new password'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 409]));
    await socket.end();
    const session = answers.find(({ status }) => status === 200) as Response;
    const me = (bearer: string) => node.request.get('/api/users/me').set('authorization', bearer);
    expect([(await me(ada.bearer)).status, (await me(signedIn(session).bearer)).status]).toEqual([401, 200]);
    expect([(await login(PASSWORD)).status, (await login('a new password')).status]).toEqual([401, 200]);
    expect(refusal(await reset(tokenOf(first), 'another one'))).toEqual([409, 'conflict', 'used']);
    expect(refusal(await reset(tokenOf(other), 'another one'))).toEqual([409, 'conflict', 'revoked']);
    const unused = await make({ purpose: 'reset', username: 'ada' });
    succeeded(await disable(chief, ada.id));
    expect(refusal(await reset(tokenOf(unused), 'another one'))).toEqual([403, 'forbidden', undefined]);
    expect(refusal(await chief.post('/auth/links', { purpose: 'reset', username: 'ada' }))[2]).toBe('disabled');
  });

  it('§2: of a token only the hash is stored, and nothing of it is logged', async () => {
    const token = tokenOf(await make({ purpose: 'invite' }));
    await register('logged', token);
    const rows = await node.rows(
      sql`SELECT l::text, (SELECT string_agg(a::text, ' ') FROM audit_log a) FROM account_links l`,
    );
    expect(JSON.stringify([rows, node.logs])).not.toContain(token);
  });
});

describe('bots', () => {
  const make = async (username: string) => {
    const { user, token } = succeeded(await chief.post('/bots', { username }));
    return { token, bot: new Person(node, user.id, user.username, token.token) };
  };

  it('§2 §4: sign in with a token everywhere, and are bots wherever people appear', async () => {
    const { bot, token } = await make('News');
    expect(token).toMatchObject({ name: 'first', token: expect.stringMatching(/^parley_bot_[\w-]{43}$/) });
    expect((await bot.get('/users/me')).body).toMatchObject({ username: 'news', isBot: true, role: 'user' });
    const group = await groupOf(chief, [bot]);
    const [socket, reader] = [await bot.connect(), await chief.connect()];
    await socket.say(group, 'over a socket');
    const heard = await reader.first('message:new');
    expect(heard.message).toMatchObject({ senderType: 'bot', senderId: bot.id });
    expect(await bot.say(group, 'over REST')).toMatchObject({ senderType: 'bot' });
    const page = succeeded(await chief.get(`/conversations/${group}/messages`));
    expect(page.items.map(({ senderType }: { senderType: string }) => senderType)).toEqual(['bot', 'bot']);
    expect(page.users).toContainEqual(expect.objectContaining({ id: bot.id, isBot: true }));
  });

  it('§2: a revoked token is good no more and takes its sockets along, and no other', async () => {
    const { bot, token } = await make('two-tokens');
    const more = succeeded(await chief.post(`/bots/${bot.id}/tokens`, { name: 'second' }));
    const other = new Person(node, bot.id, bot.username, more.token);
    const [closing, staying] = [await bot.connect(), await other.connect()];
    const listed = succeeded(await chief.get('/bots')).items.find(({ user }: any) => user.id === bot.id);
    const { token: secret, ...shown } = token;
    expect(listed.tokens).toEqual([
      { ...shown, lastUsedAt: expect.any(String) },
      expect.objectContaining({ id: more.id, name: 'second' }),
    ]);
    const ended: SessionsEnded[] = [];
    const stop = node.node.app.get(SessionEvents).onEnded((event) => ended.push(event));
    succeeded(await chief.delete(`/bots/${bot.id}/tokens/${token.id}`));
    stop();
    // Which is also what other nodes hear.
    expect(ended).toEqual([{ userId: bot.id, sessionIds: [token.id], isDisabled: false }]);
    await closing.end();
    expect([(await bot.get('/users/me')).status, (await other.get('/users/me')).status]).toEqual([401, 200]);
    expect(staying.io.connected).toBe(true);
    expect((await chief.delete(`/bots/${bot.id}/tokens/${token.id}`)).status).toBe(404);
    succeeded(await disable(chief, bot.id));
    await staying.end();
    expect((await other.get('/users/me')).status).toBe(401);
    expect(JSON.stringify(await node.rows(sql`SELECT t::text FROM bot_tokens t`))).not.toContain(secret);
  });

  it('§2: have no password, no admin’s rights and no second of their name, and only admins make them', async () => {
    const { bot } = await make('plain');
    const answer = await node.request.post('/api/auth/login').send({ username: 'plain', password: PASSWORD });
    expect(answer.status).toBe(401);
    expect(refusal(await chief.post('/bots', { username: 'PLAIN' }))).toEqual([409, 'conflict', 'taken']);
    expect(refusal(await bot.post('/bots', { username: 'child' }))).toEqual([403, 'forbidden', undefined]);
    expect(refusal(await chief.post('/bots', { username: 'no good' })).slice(0, 2)).toEqual([400, 'validation_failed']);
    expect(refusal(await chief.post(`/bots/${chief.id}/tokens`, { name: 'x' }))).toEqual([404, 'not_found', undefined]);
    for (const path of ['/bots', '/audit']) expect((await bot.get(path)).status).toBe(403);
    expect((await new Person(node, bot.id, '', 'parley_bot_made-up').get('/users/me')).status).toBe(401);
  });

  it('§2: a host token says that its user is one only with the scope for it', async () => {
    const kindOf = async (sub: string, claims: object) => {
      const token = await node.hostToken(sub, { name: sub, ...claims });
      return (await node.request.get('/api/users/me').set('authorization', `Bearer ${token}`)).body.isBot;
    };
    expect(await kindOf('forecast', { bot: true })).toBe(false);
    expect(await kindOf('forecast', { bot: true, scope: 'users:provision' })).toBe(true);
    expect(await kindOf('forecast', {})).toBe(true);
    expect(await kindOf('forecast', { bot: false, scope: 'users:provision' })).toBe(false);
    expect(await kindOf('clock', { bot: 'yes', scope: 'users:provision' })).toBe(false);
    expect(await kindOf('tides', { bot: true, scopes: ['users:provision'] })).toBe(true);
    const token = await node.hostToken('chief', { bot: true, scope: 'users:provision' });
    const { body } = await node.request.get('/api/users/me').set('authorization', `Bearer ${token}`);
    expect(body).toMatchObject({ isBot: true, role: 'user' });
    await node.rows(sql`UPDATE users SET is_bot = false WHERE id = ${chief.id}`);
  });
});
