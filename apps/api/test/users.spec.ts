import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UserDetail } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { UsersRepository, UsersService } from '../src/modules/users/index.js';
import { startNode, type TestNode, type TestUser } from './node.js';

type Somebody = Omit<TestUser, 'cookie'>;

const NOBODY = '018f0000-0000-7000-8000-000000000000';

let node: TestNode;
let admin: TestUser;
let ann: Somebody;
let bob: Somebody;

beforeAll(async () => {
  node = await startNode();
  admin = await node.register('chief');
  [ann, bob] = await Promise.all([node.hostUser('ann', { name: 'Ann Lee' }), node.hostUser('bob', { name: 'Bob' })]);
});
afterAll(() => node.close());

const get = (path: string, who: Somebody = ann) =>
  node.request.get(`/api/users${path}`).set('authorization', who.bearer);
const patch = (path: string, body: object, who: Somebody = ann) =>
  node.request.patch(`/api/users${path}`).set('authorization', who.bearer).send(body);
const find = async (query: string): Promise<string[]> => {
  const { body } = await get(`?query=${encodeURIComponent(query)}`).expect(200);
  return body.items.map((user: UserDetail) => user.username);
};

describe('oneself', () => {
  it('§3: is answered with e-mail and role, and nothing that is secret', async () => {
    const { body } = await get('/me', admin).expect(200);
    expect(Object.keys(body).sort()).toEqual(
      ['avatarUrl', 'createdAt', 'displayName', 'email', 'id', 'isBot', 'isHidden', 'role', 'username'].sort(),
    );
    expect(body.role).toBe('admin');
  });

  it('§3: can change display name and picture', async () => {
    const who = await node.hostUser('changer');
    const { body } = await patch(
      '/me',
      { displayName: '  New Name ', avatarUrl: 'https://host.example/a.png' },
      who,
    ).expect(200);
    expect(body).toMatchObject({ displayName: 'New Name', avatarUrl: 'https://host.example/a.png' });
    expect((await patch('/me', { avatarUrl: null }, who).expect(200)).body).toMatchObject({
      displayName: 'New Name',
      avatarUrl: null,
    });
    expect((await patch('/me', {}, who).expect(200)).body).toMatchObject({ displayName: 'New Name' });
  });

  it.each([
    { displayName: '' },
    { displayName: '\u200b' },
    { displayName: 'a\u202eb' },
    { displayName: 'x'.repeat(101) },
    { displayName: null },
    { avatarUrl: 'javascript:alert(1)' },
    { avatarUrl: 'data:text/html,x' },
    { avatarUrl: `https://x.example/${'x'.repeat(2048)}` },
    { username: 'other' },
    { role: 'admin' },
    { isDisabled: false },
    { id: NOBODY },
  ])('attack 32, 41, 50: refuses %j and changes nothing', async (body) => {
    const before = (await get('/me')).body;
    expect((await patch('/me', body).expect(400)).body.error.code).toBe('validation_failed');
    expect((await get('/me')).body).toEqual(before);
  });
});

describe('others', () => {
  it('§3: attack 34: are seen without e-mail, and without presence by strangers', async () => {
    expect((await get(`/${bob.id}`).expect(200)).body).toEqual({
      id: bob.id,
      username: 'bob',
      displayName: 'Bob',
      avatarUrl: null,
      isBot: false,
      isOnline: null,
      lastSeenAt: null,
    });
  });

  it('§3: attack 31: are seen with presence by those who share a conversation, as long as they do', async () => {
    const [one, two] = await Promise.all([node.hostUser('one'), node.hostUser('two')]);
    await share(one.id, two.id);
    await node.rows(
      sql`UPDATE users SET status = 'online', last_seen_at = '2026-01-02T03:04:05.678Z' WHERE id = ${two.id}`,
    );
    const seen = { isOnline: true, lastSeenAt: '2026-01-02T03:04:05.678Z' };
    expect((await get(`/${two.id}`, one)).body).toMatchObject(seen);
    expect((await get(`?ids=${two.id}`, one)).body.items).toMatchObject([seen]);
    expect((await get('?query=two', one)).body.items).toMatchObject([seen]);
    expect((await get(`/${two.id}`, ann)).body).toMatchObject({ isOnline: null, lastSeenAt: null });
    await node.rows(sql`UPDATE conversation_participants SET left_at = now() WHERE user_id = ${one.id}`);
    expect((await get(`/${two.id}`, one)).body).toMatchObject({ isOnline: null, lastSeenAt: null });
    expect((await get(`/${one.id}`, two)).body).toMatchObject({ isOnline: null, lastSeenAt: null });
  });

  it.each(['not-a-uuid', '1', `${NOBODY}0`, '%00'])('§3: a malformed id, %s, is refused', async (id) => {
    expect((await get(`/${id}`).expect(400)).body.error.code).toBe('validation_failed');
  });

  it('§3: an id is found in any case, and an unknown one is not', async () => {
    expect((await get(`/${bob.id.toUpperCase()}`).expect(200)).body.id).toBe(bob.id);
    expect((await get(`/${NOBODY}`).expect(404)).body.error.code).toBe('not_found');
  });

  it('§3: are found by their ids, up to a hundred, those that exist', async () => {
    const { body } = await get(`?ids=${bob.id},${NOBODY},${ann.id.toUpperCase()},${bob.id}`).expect(200);
    expect(body).toMatchObject({ nextCursor: null, hasMore: false });
    expect(body.items.map((user: UserDetail) => user.id)).toEqual([ann.id, bob.id]);
    const many = Array.from({ length: 101 }, (_, i) => NOBODY.slice(0, -3) + String(i).padStart(3, '0')).join();
    await get(`?ids=${many}`).expect(400);
    await get(`?ids=${many.slice(0, many.lastIndexOf(','))}`).expect(200);
  });

  it.each([
    '',
    '?ids=',
    '?ids=x',
    `?ids=${NOBODY}&query=ann`,
    `?ids=${NOBODY}&limit=5`,
    '?query=',
    '?query=a',
    '?query=%20a%20',
    '?query=a%E2%80%8B',
    '?query=%EF%BC%A1',
    '?query=%00%00',
  ])('attack 39: refuses the question %j', async (query) => {
    expect((await get(query).expect(400)).body.error.code).toBe('validation_failed');
  });
});

describe('searching people', () => {
  beforeAll(async () => {
    for (const [sub, name] of [
      ['s1', 'Percy_Jones'],
      ['s2', 'Percy%Jones'],
      ['s3', 'percyxjones'],
      ['s4', 'ÅSA Öberg'],
      ['s5', '李小龍'],
      ['s6', 'back\\slash'],
    ] as const) {
      await node.hostUser(sub, { name });
    }
  });

  it('finds by the beginning of username or display name, in any case', async () => {
    expect(await find('ANN L')).toEqual(['ann-lee']);
    expect(await find('ann-')).toEqual(['ann-lee']);
    expect(await find('lee')).toEqual([]);
    expect(await find('åsa')).toEqual(['asa-oberg']);
    expect(await find('李')).toHaveLength(1);
  });

  it('attack 39, 62: takes wildcards, backslashes and quotes for what they are', async () => {
    expect(await find('percy_')).toEqual(['percy_jones']);
    expect(await find('percy%')).toEqual(['percy-jones']);
    expect(await find('back\\s')).toEqual(['back-slash']);
    for (const query of ['%%', '__', "';--", "' OR '1'='1"]) expect(await find(query)).toEqual([]);
  });

  it('goes through all of them by cursor, each once', async () => {
    await Promise.all(Array.from({ length: 25 }, (_, i) => node.hostUser(`many-${i}`, { name: 'Many People' })));
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 10; pages += 1) {
      const { body } = await get(`?query=many&limit=10${cursor}`).expect(200);
      seen.push(...body.items.map((user: UserDetail) => user.username));
      expect(body.hasMore).toBe(body.nextCursor !== null);
      if (!body.hasMore) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
    expect(seen).toEqual(seen.toSorted());
  });

  it('§3: refuses a cursor that is not one of its own', async () => {
    const { body } = await get('?query=many&limit=1').expect(200);
    const cursor: string = body.nextCursor;
    const tampered = [
      cursor.slice(0, -1),
      `${cursor}A`,
      `${cursor.startsWith('A') ? 'B' : 'A'}${cursor.slice(1)}`,
      'x',
      '',
      '%20',
    ];
    for (const each of tampered) {
      const answer = await get(`?query=many&limit=1&cursor=${each}`).expect(400);
      expect(answer.body.error.details[0].path).toBe('cursor');
    }
  });

  it('leaves out who is disabled', async () => {
    const who = await node.hostUser('vanishing', { name: 'Vanishing' });
    expect(await find('vanishing')).toEqual(['vanishing']);
    await patch(`/${who.id}`, { isDisabled: true }, admin).expect(200);
    expect(await find('vanishing')).toEqual([]);
  });

  it('attack 39: is limited', async () => {
    const fresh = await startNode({ RATE_LIMITS: 'on' });
    try {
      const who = await fresh.hostUser('x1');
      const search = () => fresh.request.get('/api/users?query=xx').set('authorization', who.bearer);
      const answers = await Promise.all(Array.from({ length: 125 }, search));
      const refused = answers.filter(({ status }) => status === 429).length;
      expect(refused).toBeGreaterThanOrEqual(1);
      expect(refused).toBeLessThanOrEqual(65);
    } finally {
      await fresh.close();
    }
  });
});

describe('disabling', () => {
  it('§3: is for server admins', async () => {
    expect((await patch(`/${bob.id}`, { isDisabled: true }).expect(403)).body.error.code).toBe('forbidden');
    expect((await patch(`/${NOBODY}`, { isDisabled: true }, admin).expect(404)).body.error.code).toBe('not_found');
    expect((await patch(`/${admin.id}`, { isDisabled: true }, admin).expect(403)).body.error.code).toBe('forbidden');
    await patch(`/${bob.id}`, { isDisabled: 'yes' }, admin).expect(400);
    await patch(`/${bob.id}`, {}, admin).expect(400);
  });

  it('§2: keeps an account out at once, until it is enabled again', async () => {
    const user = await node.register('tobedisabled');
    await get('/me', user).expect(200);
    await patch(`/${user.id}`, { isDisabled: true }, admin).expect(200);
    await get('/me', user).expect(401);
    const login = () =>
      node.request.post('/api/auth/login').send({ username: user.username, password: 'correct horse battery' });
    expect((await login()).status).toBe(403);
    await patch(`/${user.id}`, { isDisabled: false }, admin).expect(200);
    await login().expect(200);
    await get('/me', user).expect(401);
    await node.request
      .post('/api/auth/refresh')
      .set({ cookie: user.cookie, 'sec-fetch-site': 'same-origin' })
      .expect(401);
  });
});

describe('members that a host product names', () => {
  const principal = (scopes: string[]) => ({ userId: ann.id, isBot: false, sessionId: null, expiresAt: 0, scopes });
  const provision = (members: { externalId: string; name?: string }[], scopes = ['users:provision']) =>
    node.node.app.get(UsersService).provision(principal(scopes), members);

  it('§2: are created or found, a hundred at a time, also by ten at once', async () => {
    const members = Array.from({ length: 100 }, (_, i) => ({ externalId: `group-${i}`, name: `Member ${i % 10}` }));
    const answers = await Promise.all(Array.from({ length: 10 }, () => provision(members)));
    const [first] = answers;
    expect(first?.size).toBe(100);
    expect(new Set(first?.values()).size).toBe(100);
    for (const answer of answers) expect(Object.fromEntries(answer)).toEqual(Object.fromEntries(first ?? []));
    const rows = await node.rows(sql`SELECT id FROM users WHERE external_id LIKE 'group-%'`);
    expect(rows).toHaveLength(100);
  });

  it('§2: are the same people when they come with a token of their own', async () => {
    const ids = await provision([{ externalId: 'later', name: 'Later' }]);
    const who = await node.hostUser('later', { name: 'Later On' });
    expect(who.id).toBe(ids.get('later'));
    expect((await get('/me', who)).body.displayName).toBe('Later On');
  });

  it('§2: need the scope, and ids that can be stored', async () => {
    await expect(provision([{ externalId: 'x' }], [])).rejects.toMatchObject({ code: 'forbidden' });
    for (const externalId of ['', 'a\u0000b', '\ud800', 'x'.repeat(256)]) {
      await expect(provision([{ externalId }])).rejects.toMatchObject({ code: 'validation_failed' });
    }
    expect(await provision([], [])).toEqual(new Map());
  });

  it('exist or not, and have views, by their ids', async () => {
    const users = node.node.app.get(UsersRepository);
    expect([...(await users.existing([ann.id, NOBODY, ann.id]))]).toEqual([ann.id]);
    expect([...(await users.viewsOf([ann.id, NOBODY, ann.id])).keys()]).toEqual([ann.id]);
  });
});

/** Puts two users into one conversation, past all rules. */
async function share(one: string, two: string): Promise<void> {
  await node.rows(sql`
    WITH made AS (
      INSERT INTO conversations (id, type, created_by, created_at, updated_at, member_count)
      VALUES (gen_random_uuid(), 'group', ${one}, now(), now(), 2) RETURNING id)
    INSERT INTO conversation_participants (conversation_id, user_id, role, joined_at, version, user_version)
    SELECT made.id, u.id::uuid, 'member', now(), 1, 1 FROM made, unnest(ARRAY[${one}, ${two}]) AS u (id)`);
}
