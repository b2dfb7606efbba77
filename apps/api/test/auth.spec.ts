import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hash, verify } from '@node-rs/argon2';
import { sql } from 'drizzle-orm';
import type { Response } from 'supertest';
import { AccountsRepository } from '../src/modules/auth/accounts.repository.js';
import { SessionEvents, type SessionsEnded } from '../src/modules/auth/index.js';
import { PasswordHasher } from '../src/modules/auth/password-hasher.js';
import { AdminNames } from '../src/modules/users/admin-names.js';
import { PASSWORD, signedIn, startNode, type TestNode } from './node.js';

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

let node: TestNode;
let ended: SessionsEnded[];
let names = 0;

beforeAll(async () => {
  node = await startNode();
  ended = [];
  node.node.app.get(SessionEvents).onEnded((event) => ended.push(event));
});
afterAll(() => node.close());

const newName = () => `user${(names += 1)}`;
const register = (body: object) => node.request.post('/api/auth/register').send(body);
const login = (username: string, password: string) => node.request.post('/api/auth/login').send({ username, password });
const refresh = (cookie: string) => node.request.post('/api/auth/refresh').set({ cookie, ...SAME_ORIGIN });
const me = (bearer: string) => node.request.get('/api/users/me').set('authorization', bearer);
const cookieLines = (answer: Response) => (answer.headers['set-cookie'] as unknown as string[] | undefined) ?? [];
const cookieLine = (answer: Response): string => cookieLines(answer)[0] ?? '';
const sessionOf = (cookie: string): string => cookie.split('=')[1]?.split('.')[0] ?? '';
const refused = (answer: Response, status: number, code: string) => {
  expect(answer.status).toBe(status);
  expect(answer.body.error).toMatchObject({ code, retryable: false });
};

describe('registering', () => {
  it('§3: answers 201 with the user and a token that works', async () => {
    const answer = await register({ username: 'Zoe.M', password: PASSWORD, displayName: ' Zoe\u0308 ' }).expect(201);
    expect(answer.body).toEqual({
      user: {
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        username: 'zoe.m',
        displayName: 'Zoë',
        avatarUrl: null,
        isBot: false,
        isHidden: false,
        email: null,
        role: 'admin',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
      accessToken: expect.any(String),
      expiresIn: 900,
    });
    expect((await me(`Bearer ${answer.body.accessToken}`).expect(200)).body).toEqual(answer.body.user);
  });

  it('§2: puts the refresh token in a cookie that scripts and other sites cannot use', async () => {
    const line = cookieLine(await register({ username: newName(), password: PASSWORD }));
    expect(line).toMatch(/^parley_refresh_[0-9a-f]{12}=[0-9a-f-]{36}\.1\.[\w-]{43}; /);
    expect(line).toMatch(/; Path=\/api\/auth(;|$)/);
    expect(line).toMatch(/; HttpOnly(;|$)/);
    expect(line).toMatch(/; SameSite=Strict(;|$)/);
    expect(line).not.toContain('Secure');
  });

  it('§2: a username is taken in any case', async () => {
    const username = newName();
    await register({ username, password: PASSWORD }).expect(201);
    const answer = await register({ username: username.toUpperCase(), password: PASSWORD });
    refused(answer, 409, 'conflict');
    expect(answer.body.error.details).toEqual([{ path: 'username', message: 'taken' }]);
  });

  it('§2: of twenty who register one username at once one gets it', async () => {
    const username = newName();
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await register({ username, password: PASSWORD })).status),
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(19);
  });

  it.each([
    ['username', { username: 'a' }],
    ['username', { username: 'with space' }],
    ['username', { username: 'ä'.repeat(3) }],
    ['username', { username: 'a'.repeat(33) }],
    ['username', { username: 7 }],
    ['username', { username: undefined }],
    ['password', { password: 'seven77' }],
    ['password', { password: 'x'.repeat(257) }],
    ['password', { password: 'nul\u0000nul\u0000' }],
    ['password', { password: '\ud800'.repeat(8) }],
    ['password', { password: null }],
    ['displayName', { displayName: '' }],
    ['displayName', { displayName: 'a\u202eb' }],
    ['displayName', { displayName: null }],
    ['role', { role: 'admin' }],
  ])('§3: refuses a bad %s (%j), and stores nothing', async (path, change) => {
    const before = await node.rows(sql`SELECT count(*) FROM users`);
    const answer = await register({ username: newName(), password: PASSWORD, ...change });
    refused(answer, 400, 'validation_failed');
    expect(answer.body.error.details[0].path).toBe(path);
    expect(await node.rows(sql`SELECT count(*) FROM users`)).toEqual(before);
  });

  it.each(['x'.repeat(64), '  spaces around  ', '🙂'.repeat(20), 'x'.repeat(256)])(
    'attack 38: takes the password %j as it is',
    async (password) => {
      const username = newName();
      await register({ username, password }).expect(201);
      await login(username, password).expect(200);
      refused(await login(username, password.trim().slice(0, -1)), 401, 'unauthenticated');
    },
  );
});

describe('signing in', () => {
  const e = { composed: 'caf\u00e9 caf\u00e9', apart: 'cafe\u0301 cafe\u0301' };

  it('§2: a password is the same from every keyboard, to register, to sign in and to change it', async () => {
    const { username } = signedIn(await register({ username: newName(), password: e.composed }).expect(201));
    const { bearer } = signedIn(await login(username, e.apart).expect(200));
    const change = (body: object) => node.request.post('/api/auth/password').set('authorization', bearer).send(body);
    await change({ current: e.apart, new: 'ﬁfty ½ \u212bngstr\u00f6m' }).expect(200);
    await login(username, 'fifty 1\u20442 A\u030angstro\u0308m').expect(200);
    const long = 'e\u0301'.repeat(200);
    const other = signedIn(await register({ username: newName(), password: long }).expect(201));
    for (const password of [long, long.normalize('NFC')]) await login(other.username, password).expect(200);
    refused(await register({ username: newName(), password: 'e\u0301'.repeat(7) }), 400, 'validation_failed');
  });

  it('§2: hashes made before passwords were normalised still work, and become like the others', async () => {
    const { id, username } = await node.register(newName());
    const before = await hash(e.apart);
    const stored = async () =>
      (await node.rows<{ hash: string }>(sql`SELECT password_hash AS hash FROM users WHERE id = ${id}`))[0]?.hash;
    await node.rows(sql`UPDATE users SET password_hash = ${before} WHERE id = ${id}`);
    refused(await login(username, 'cafe cafe'), 401, 'unauthenticated');
    expect(await stored()).toBe(before);
    const both = await Promise.all([e.apart, e.composed].map((password) => login(username, password)));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(await verify((await stored()) ?? '', e.composed)).toBe(true);
    await login(username, e.apart).expect(200);
  });

  it('attack 35: an unknown user and a wrong password are the same refusal', async () => {
    const { username } = await node.register(newName());
    const answers = await Promise.all([
      login(username, 'wrong'),
      login('nobody', 'wrong'),
      login('no such name\u0000', 'wrong'),
      login('', ''),
    ]);
    for (const answer of answers) refused(answer, 401, 'unauthenticated');
    const bodies = answers.map((answer) => answer.text.replace(answer.body.error.requestId, 'X'));
    expect(new Set(bodies).size).toBe(1);
  });

  it('attack 35: an unknown user takes as much work as a wrong password', async () => {
    const { username } = await node.register(newName());
    // By the time of the processor: that of the clock would be what other programs leave of it.
    const workOf = async (name: string) => {
      const before = process.cpuUsage();
      await login(name, 'wrong');
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let i = 0; i < 20; i += 1) {
      known.push(await workOf(username));
      unknown.push(await workOf('nobody'));
    }
    // A hash takes many times as much as everything else together.
    const ratio = Math.min(...unknown) / Math.min(...known);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  it('attack 38: a password over its limit is refused before it is hashed', async () => {
    const compare = jest.spyOn(node.node.app.get(PasswordHasher), 'compare');
    refused(await login('nobody', 'x'.repeat(200_000)), 400, 'validation_failed');
    expect(compare).not.toHaveBeenCalled();
    refused(await login('nobody', 'x'.repeat(256)), 401, 'unauthenticated');
    expect(compare).toHaveBeenCalledTimes(1);
    compare.mockRestore();
  });

  it('§2: of more than two hashes at a time can serve the last are refused with a time to retry', async () => {
    const small = await startNode({ MAX_SIGN_INS_WAITING: '10' });
    const attempt = () => small.request.post('/api/auth/login').send({ username: 'nobody', password: 'wrong' });
    const answers = await Promise.all(Array.from({ length: 50 }, attempt)).finally(() => small.close());
    const turnedAway = answers.filter(({ status }) => status === 503);
    expect(turnedAway.length).toBeGreaterThan(0);
    expect(turnedAway[0]?.body.error).toMatchObject({
      code: 'service_unavailable',
      retryable: true,
      retryAfterMs: 2000,
    });
    expect(turnedAway[0]?.headers['retry-after']).toBe('2');
    const served = answers.filter(({ status }) => status === 401);
    expect(served.length).toBeGreaterThanOrEqual(12);
    expect(served.length + turnedAway.length).toBe(50);
  });
});

describe('refreshing', () => {
  it('§2: answers with a new access token and the next refresh token', async () => {
    const user = await node.register(newName());
    const answer = await refresh(user.cookie).expect(200);
    const next = signedIn(answer);
    expect(next.id).toBe(user.id);
    expect(next.cookie).toContain('.2.');
    await me(next.bearer).expect(200);
  });

  it('§2: two tabs get the same successor, and both go on', async () => {
    const user = await node.register(newName());
    const tabs = (await Promise.all([refresh(user.cookie), refresh(user.cookie)])).map(signedIn);
    expect(tabs[0]?.cookie).toBe(tabs[1]?.cookie);
    const third = signedIn(await refresh(tabs[0]?.cookie ?? '').expect(200));
    expect(third.cookie).toContain('.3.');
  });

  it('§2: a refresh whose answer was lost can be repeated, however late, and keeps the session alive', async () => {
    const user = await node.register(newName());
    const lost = signedIn(await refresh(user.cookie).expect(200));
    await node.rows(sql`
      UPDATE refresh_sessions
         SET rotated_at = rotated_at - interval '29 days', expires_at = expires_at - interval '29 days'
       WHERE user_id = ${user.id}`);
    const repeated = [await refresh(user.cookie).expect(200), await refresh(user.cookie).expect(200)].map(signedIn);
    expect(repeated.map(({ cookie }) => cookie)).toEqual([lost.cookie, lost.cookie]);
    const [row] = await node.rows<{ days: number }>(sql`
      SELECT round(extract(epoch FROM expires_at - now()) / 86400)::int AS days
        FROM refresh_sessions WHERE user_id = ${user.id}`);
    expect(row?.days).toBe(30);
    expect(signedIn(await refresh(lost.cookie).expect(200)).cookie).toContain('.3.');
  });

  it('attack 9: a predecessor, once its successor was used, ends the family', async () => {
    const user = await node.register(newName());
    const next = signedIn(await refresh(user.cookie).expect(200));
    const last = signedIn(await refresh(next.cookie).expect(200));
    ended.length = 0;
    const replay = await refresh(user.cookie);
    refused(replay, 401, 'unauthenticated');
    expect(cookieLine(replay)).toMatch(/^parley_refresh_[0-9a-f]{12}=; Max-Age=0;/);
    expect(ended).toEqual([{ userId: user.id, sessionIds: [sessionOf(user.cookie)], isDisabled: false }]);
    for (const { cookie, bearer } of [next, last]) {
      refused(await refresh(cookie), 401, 'unauthenticated');
      refused(await me(bearer), 401, 'unauthenticated');
    }
  });

  it('attack 9: an older token ends the family, however soon', async () => {
    const user = await node.register(newName());
    const second = signedIn(await refresh(user.cookie).expect(200));
    const third = signedIn(await refresh(second.cookie).expect(200));
    refused(await refresh(user.cookie), 401, 'unauthenticated');
    refused(await refresh(third.cookie), 401, 'unauthenticated');
    refused(await me(third.bearer), 401, 'unauthenticated');
  });

  it('§2: a generation that was never issued cannot be guessed, and ends nothing', async () => {
    const user = await node.register(newName());
    const [name = '', , mac = ''] = user.cookie.split('.');
    const [own = ''] = name.split('=');
    const guessed = `${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`;
    for (const guess of [`${name}.2.${mac}`, `${name}.1.${guessed}`, `${name}.1`, `${own}=x`, `${own}=`]) {
      refused(await refresh(guess), 401, 'unauthenticated');
    }
    await refresh(user.cookie).expect(200);
  });

  it('§2: without a cookie there is nothing to refresh', async () => {
    const answer = await node.request.post('/api/auth/refresh');
    refused(answer, 401, 'unauthenticated');
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('§2: a page that cannot know whether it has a cookie may refresh without being refused where it has none', async () => {
    const ask = (body: object, cookie = '') =>
      node.request
        .post('/api/auth/refresh')
        .set({ cookie, ...SAME_ORIGIN })
        .send(body);
    expect((await ask({ isOptional: true }, 'other=x').expect(200)).body).toEqual({ session: null });
    refused(await ask({ isOptional: false }), 401, 'unauthenticated');
    refused(await ask({ isOptional: 1 }), 400, 'validation_failed');
    const user = await node.register(newName());
    expect((await ask({ isOptional: true }, user.cookie).expect(200)).body.user.id).toBe(user.id);
    refused(await ask({ isOptional: true }, `${user.cookie.split('=')[0]}=x`), 401, 'unauthenticated');
    expect((await ask({ isOptional: true }, 'parley_refresh=x').expect(200)).body).toEqual({ session: null });
  });

  it('§2: a session that was not used for thirty days has ended', async () => {
    const user = await node.register(newName());
    await node.rows(sql`UPDATE refresh_sessions SET expires_at = now() WHERE user_id = ${user.id}`);
    refused(await refresh(user.cookie), 401, 'unauthenticated');
    expect((await me(user.bearer)).status).toBe(401);
  });
});

describe('ending', () => {
  it('§2: signing out ends the session at once, and only that one', async () => {
    const user = await node.register(newName());
    const other = signedIn(await login(user.username, PASSWORD));
    ended.length = 0;
    const answer = await node.request
      .post('/api/auth/logout')
      .set({ cookie: user.cookie, ...SAME_ORIGIN })
      .expect(204);
    expect(cookieLine(answer)).toMatch(/^parley_refresh_[0-9a-f]{12}=; Max-Age=0;/);
    expect(ended).toEqual([{ userId: user.id, sessionIds: [sessionOf(user.cookie)], isDisabled: false }]);
    refused(await me(user.bearer), 401, 'unauthenticated');
    refused(await refresh(user.cookie), 401, 'unauthenticated');
    await me(other.bearer).expect(200);
  });

  it('§2: signing out works by the access token alone, and again, and without any', async () => {
    const user = await node.register(newName());
    const logout = () => node.request.post('/api/auth/logout');
    await logout().set('authorization', user.bearer).expect(204);
    refused(await me(user.bearer), 401, 'unauthenticated');
    await logout().set('authorization', user.bearer).expect(204);
    await logout().set('authorization', 'Bearer garbage').expect(204);
    await logout().expect(204);
  });

  it('§2: a new password ends every session and answers with a new one', async () => {
    const user = await node.register(newName());
    const other = signedIn(await login(user.username, PASSWORD));
    ended.length = 0;
    const body = { current: PASSWORD, new: 'another password' };
    const answer = await node.request
      .post('/api/auth/password')
      .set('authorization', user.bearer)
      .send(body)
      .expect(200);
    const now = signedIn(answer);
    const sessionIds = expect.arrayContaining([user, other].map(({ cookie }) => sessionOf(cookie)));
    expect(ended).toEqual([{ userId: user.id, sessionIds, isDisabled: false }]);
    for (const { bearer, cookie } of [user, other]) {
      refused(await me(bearer), 401, 'unauthenticated');
      refused(await refresh(cookie), 401, 'unauthenticated');
    }
    await me(now.bearer).expect(200);
    await refresh(now.cookie).expect(200);
    refused(await login(user.username, PASSWORD), 401, 'unauthenticated');
    await login(user.username, 'another password').expect(200);
  });

  it('§2: a new password whose answer was lost can be repeated with that password only', async () => {
    const user = await node.register(newName());
    const change = (body: object) =>
      node.request.post('/api/auth/password').set('authorization', user.bearer).send(body);
    const body = { current: PASSWORD, new: 'another password' };
    await change(body).expect(200);
    const now = signedIn(await change(body).expect(200));
    await me(now.bearer).expect(200);
    refused(await change({ current: 'another password', new: 'a third password' }), 401, 'unauthenticated');
    refused(await change({ current: PASSWORD, new: 'a third password' }), 401, 'unauthenticated');
    await login(user.username, 'another password').expect(200);
  });

  it('§2: a new password needs the current one', async () => {
    const user = await node.register(newName());
    const change = (body: object) =>
      node.request.post('/api/auth/password').set('authorization', user.bearer).send(body);
    refused(await change({ current: 'wrong', new: 'another password' }), 403, 'forbidden');
    refused(await change({ current: PASSWORD, new: 'short' }), 400, 'validation_failed');
    await login(user.username, PASSWORD).expect(200);
  });

  it('§3: lists one’s sessions and ends one of them; others’ are not there', async () => {
    const user = await node.register(newName());
    const other = signedIn(await login(user.username, PASSWORD).set('user-agent', 'Other browser'));
    const stranger = await node.register(newName());
    const list = (bearer: string) => node.request.get('/api/auth/sessions').set('authorization', bearer).expect(200);
    const { body } = await list(user.bearer);
    expect(body).toMatchObject({ hasMore: false, nextCursor: null });
    expect(
      body.items.map(({ isCurrent, userAgent }: SessionLine) => [isCurrent, userAgent === 'Other browser']),
    ).toEqual([
      [false, true],
      [true, false],
    ]);
    const [{ id }] = body.items;
    const end = (bearer: string) => node.request.delete(`/api/auth/sessions/${id}`).set('authorization', bearer);
    refused(await end(stranger.bearer), 404, 'not_found');
    await end(user.bearer).expect(204);
    refused(await me(other.bearer), 401, 'unauthenticated');
    refused(await end(user.bearer), 404, 'not_found');
    expect((await list(user.bearer)).body.items).toHaveLength(1);
  });
});

interface SessionLine {
  isCurrent: boolean;
  userAgent: string;
}

describe('server admins', () => {
  it('§2: the first account is one, and of many that are first at once one', async () => {
    const fresh = await startNode();
    try {
      const accounts = fresh.node.app.get(AccountsRepository);
      const held = Promise.withResolvers<void>();
      // Nobody can be written for a moment, so that all have looked before the first is there.
      const holding = fresh.node.databases.main.transaction(async (tx) => {
        await tx.execute(sql`LOCK TABLE users IN SHARE MODE`);
        held.resolve();
        await sleep(500);
      });
      await held.promise;
      const ids = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          accounts.create({ username: `first${i}`, displayName: 'First', passwordHash: 'none' }, true),
        ),
      );
      await holding;
      expect(ids).not.toContain(null);
      expect(await fresh.rows(sql`SELECT 1 AS one FROM users WHERE role = 'admin'`)).toHaveLength(1);
    } finally {
      await fresh.close();
    }
  });

  it('§2: ADMIN_USERS names them, and then the first account is none', async () => {
    const fresh = await startNode({ ADMIN_USERS: 'Root, boss' });
    try {
      const roleOf = async ({ bearer }: { bearer: string }) =>
        (await fresh.request.get('/api/users/me').set('authorization', bearer)).body.role;
      expect(await roleOf(await fresh.register('first'))).toBe('user');
      expect(await roleOf(await fresh.register('BOSS'))).toBe('admin');
      for (const claims of [{ name: 'Root' }, { preferred_username: 'root' }, { preferred_username: 'BOSS' }]) {
        const user = await fresh.hostUser(JSON.stringify(claims), claims);
        expect([user.username, await roleOf(user)]).toEqual([expect.stringMatching(/^(root|boss)-/), 'user']);
      }
      expect(await roleOf(await fresh.register('root'))).toBe('admin');
    } finally {
      await fresh.close();
    }
  });

  it('§2: ADMIN_USERS names users of the host product by the id that it gives them, not by what they are called', async () => {
    const fresh = await startNode({ ADMIN_USERS: 'host:Sub|7, root' });
    try {
      const roleOf = async ({ bearer }: { bearer: string }) =>
        (await fresh.request.get('/api/users/me').set('authorization', bearer)).body.role;
      expect(await roleOf(await fresh.hostUser('Sub|7', { preferred_username: 'ann' }))).toBe('admin');
      for (const sub of ['sub|7', 'root', 'host:Sub|7', 'x']) {
        expect(await roleOf(await fresh.hostUser(sub, { preferred_username: 'Sub7', name: 'host:Sub|7' }))).toBe(
          'user',
        );
      }
      // Somebody who had the name before it was kept for an own account.
      await fresh.rows(sql`UPDATE users SET username = 'root' WHERE external_id = 'x'`);
      expect(await roleOf(await fresh.hostUser('x'))).toBe('user');
      expect(fresh.logs.filter(({ meant }) => meant)).toEqual([]);
      await fresh.node.app.get(AdminNames).onApplicationBootstrap();
      expect(fresh.logs).toContainEqual(expect.objectContaining({ level: 'warn', username: 'root', meant: 'host:x' }));
    } finally {
      await fresh.close();
    }
  });

  it('§2: REGISTRATION=closed refuses every registration', async () => {
    const fresh = await startNode({ REGISTRATION: 'closed' });
    try {
      refused(
        await fresh.request.post('/api/auth/register').send({ username: 'ann', password: PASSWORD }),
        403,
        'forbidden',
      );
      expect(await fresh.rows(sql`SELECT 1 FROM users`)).toEqual([]);
    } finally {
      await fresh.close();
    }
  });
});

describe('limits', () => {
  it('attack 37, 16: the 21st attempt in a minute is refused with a time to retry, whatever address it claims', async () => {
    const fresh = await startNode({ RATE_LIMITS: 'on' });
    try {
      const attempt = (i: number) =>
        fresh.request
          .post('/api/auth/login')
          .set({ 'x-forwarded-for': `10.0.0.${i}`, 'x-real-ip': `10.0.0.${i}` })
          .send({ username: 'nobody', password: 'wrong' });
      const begun = performance.now();
      const first = await attempt(0);
      expect(first.headers).toMatchObject({
        'x-ratelimit-limit': '20',
        'x-ratelimit-remaining': '19',
        'x-ratelimit-reset': '60',
      });
      for (let i = 1; i < 20; i += 1) expect((await attempt(i)).status).toBe(401);
      const answer = await attempt(20);
      expect(answer.status).toBe(429);
      expect(answer.body.error).toMatchObject({
        code: 'rate_limited',
        retryable: true,
        retryAfterMs: expect.any(Number),
      });
      // As of the first attempt, however long the others took.
      const passed = (performance.now() - begun) / 1_000;
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(58 - passed);
      expect(answer.headers['x-ratelimit-remaining']).toBe('0');
    } finally {
      await fresh.close();
    }
  });

  it('attack 37: one username is limited from many addresses, another is not', async () => {
    const fresh = await startNode({ RATE_LIMITS: 'on', TRUST_PROXY: 'true' });
    try {
      const attempt = (username: string, i: number) =>
        fresh.request
          .post('/api/auth/login')
          .set('x-forwarded-for', `10.0.${i}.1`)
          .send({ username, password: 'wrong' });
      for (let i = 0; i < 20; i += 1) expect((await attempt('victim', i)).status).toBe(401);
      expect((await attempt('VICTIM', 21)).status).toBe(429);
      expect((await attempt('somebody', 22)).status).toBe(401);
    } finally {
      await fresh.close();
    }
  });

  it('§2: right passwords use up nobody’s budget: not of 60 people at once behind one address, nor of one account', async () => {
    const fresh = await startNode({ RATE_LIMITS: 'on', MAX_WRONG_PASSWORDS_PER_ADDRESS: '3' });
    try {
      const { username } = await fresh.register('ann');
      await fresh.rows(sql`
        INSERT INTO users (id, username, display_name, password_hash)
        SELECT gen_random_uuid(), 'person' || n, 'Person', (SELECT password_hash FROM users WHERE username = ${username})
          FROM generate_series(1, 30) AS n`);
      const attempt = (name: string, password = PASSWORD) =>
        fresh.request.post('/api/auth/login').send({ username: name, password });
      const crowd = Array.from({ length: 30 }, (_, n) => [attempt(`person${n + 1}`), attempt(username)]).flat();
      expect((await Promise.all(crowd)).map(({ status }) => status)).toEqual(crowd.map(() => 200));
      for (let n = 0; n < 3; n += 1) refused(await attempt(`person${n + 1}`, 'wrong'), 401, 'unauthenticated');
      expect((await attempt('person4', 'wrong')).status).toBe(429);
      expect((await attempt('person5')).status).toBe(429);
    } finally {
      await fresh.close();
    }
  });

  it('attack 37: many wrong passwords at once are no way around it, nor is a new password', async () => {
    const fresh = await startNode({ RATE_LIMITS: 'on', MAX_WRONG_PASSWORDS_PER_ACCOUNT: '5' });
    try {
      const { username, bearer } = await fresh.register('ann');
      const attempt = () => fresh.request.post('/api/auth/login').send({ username, password: 'wrong' });
      const answers = await Promise.all(Array.from({ length: 40 }, attempt));
      // Two are compared at a time, so one more may have begun.
      expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(6);
      const change = (current: string) =>
        fresh.request
          .post('/api/auth/password')
          .set('authorization', bearer)
          .send({ current, new: 'another password' });
      expect((await change('wrong')).status).toBe(429);
      expect((await change(PASSWORD)).status).toBe(429);
    } finally {
      await fresh.close();
    }
  });

  it('§2: how many passwords one address may try, and how many accounts it may make, are settings', async () => {
    const env = { RATE_LIMITS: 'on', MAX_SIGN_INS_PER_ADDRESS: '2', MAX_REGISTRATIONS_PER_ADDRESS: '1' };
    const fresh = await startNode(env);
    try {
      const { username } = await fresh.register('ann');
      const again = await fresh.request.post('/api/auth/register').send({ username: 'bob', password: PASSWORD });
      expect([again.status, again.headers['x-ratelimit-limit']]).toEqual([429, '1']);
      const attempt = () => fresh.request.post('/api/auth/login').send({ username, password: PASSWORD });
      const answers = [await attempt(), await attempt(), await attempt()];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    } finally {
      await fresh.close();
    }
  });
});

describe('two installations on one host', () => {
  it('§2: have cookies of their own, and leave each other’s alone', async () => {
    const other = await startNode();
    try {
      const [here, there] = [await node.register(newName()), await other.register('ann')];
      const both = `${here.cookie}; ${there.cookie}`;
      expect(there.cookie.split('=')[0]).not.toBe(here.cookie.split('=')[0]);
      const answers = [
        await refresh(both).expect(200),
        await refresh(there.cookie),
        await login(here.username, PASSWORD).set('cookie', there.cookie).expect(200),
        await node.request
          .post('/api/auth/logout')
          .set({ cookie: both, ...SAME_ORIGIN })
          .expect(204),
      ];
      refused(answers[1] as Response, 401, 'unauthenticated');
      const [foreign = ''] = there.cookie.split('=');
      for (const line of answers.flatMap(cookieLines)) expect(line).not.toContain(`${foreign}=`);
      expect(cookieLines(answers[1] as Response)).toEqual([]);
      await other.request
        .post('/api/auth/refresh')
        .set({ cookie: both, ...SAME_ORIGIN })
        .expect(200);
    } finally {
      await other.close();
    }
  });

  it('§2: who signed in before each had its own name stays signed in, and a stranger’s of that name is left alone', async () => {
    const user = await node.register(newName());
    const former = (cookie: string) => `parley_refresh=${cookie.split('=')[1]}`;
    const moved = await refresh(former(user.cookie)).expect(200);
    expect(cookieLines(moved)).toEqual([
      expect.stringMatching(/^parley_refresh_[0-9a-f]{12}=.*\.2\./),
      expect.stringMatching(/^parley_refresh=; Max-Age=0; Path=\/api\/auth;/),
    ]);
    const foreign = `${former(user.cookie).slice(0, -4)}AAAA`;
    const answer = await refresh(foreign);
    refused(answer, 401, 'unauthenticated');
    expect(cookieLines(answer)).toEqual([]);
    const own = signedIn(moved).cookie;
    const onward = await refresh(`${foreign}; ${own}`).expect(200);
    const left = await node.request
      .post('/api/auth/logout')
      .set({ cookie: `${foreign}; ${signedIn(onward).cookie}`, ...SAME_ORIGIN });
    for (const line of [onward, left].flatMap(cookieLines)) expect(line).not.toMatch(/^parley_refresh=/);
    refused(await me(signedIn(onward).bearer), 401, 'unauthenticated');
  });
});

describe('behind TLS', () => {
  it('§2: the cookie is Secure where a trusted proxy received TLS', async () => {
    const fresh = await startNode({ TRUST_PROXY: 'true' });
    try {
      const body = { username: 'ann', password: PASSWORD };
      const answer = await fresh.request.post('/api/auth/register').set('x-forwarded-proto', 'https').send(body);
      expect(cookieLine(answer)).toMatch(/; Secure(;|$)/);
    } finally {
      await fresh.close();
    }
  });
});
