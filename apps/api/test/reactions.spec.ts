import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { TRANSPORTS } from './message-transports.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, groupOf, NOBODY, type Person, people, succeeded, times } from './people.js';

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

/** As many different emoji. */
const KINDS = Array.from({ length: 21 }, (_, i) => String.fromCodePoint(0x1f600 + i));

/** What the rows say: emoji and users in order of time. */
const stored = (messageId: string) =>
  node.rows<{ emoji: string; user_id: string }>(
    sql`SELECT emoji, user_id FROM message_reactions WHERE message_id = ${messageId} ORDER BY created_at`,
  );

describe.each(TRANSPORTS)('reacting over %s', (_name, open) => {
  it('S3.45 S4.23 S4.30: adds and takes back, counted by emoji in order of appearance; every member receives it', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, eve] = members as [Person, Person];
    const socket = await eve.connect();
    const sent = await owner.say(id, 'x');
    const base = { conversationId: id, messageId: sent.id, seq: sent.seq };
    const steps: [Person, 'react' | 'unreact', string, [string, number, boolean][]][] = [
      [bob, 'react', '👍', [['👍', 1, true]]],
      [
        owner,
        'react',
        '🎉',
        [
          ['👍', 1, false],
          ['🎉', 1, true],
        ],
      ],
      [
        owner,
        'react',
        '👍',
        [
          ['👍', 2, true],
          ['🎉', 1, true],
        ],
      ],
      [
        bob,
        'unreact',
        '👍',
        [
          ['👍', 1, false],
          ['🎉', 1, false],
        ],
      ],
      [owner, 'unreact', '👍', [['🎉', 1, true]]],
      [
        bob,
        'react',
        '👍',
        [
          ['🎉', 1, false],
          ['👍', 1, true],
        ],
      ],
    ];
    for (const [i, [who, verb, emoji, expected]] of steps.entries()) {
      const transport = open(who);
      const { body } =
        verb === 'react' ? await transport.react(sent.id, { emoji }) : await transport.unreact(sent.id, emoji);
      const reactions = expected.map(([each, count]) => ({ emoji: each, count }));
      expect(body).toEqual({
        version: sent.version + 1 + i,
        changed: true,
        reactions: expected.map(([each, count, reactedByMe]) => ({ emoji: each, count, reactedByMe })),
      });
      await socket.reaches(id, body.version);
      expect(socket.durable(id).at(-1)).toEqual({
        name: 'reaction:updated',
        payload: {
          ...base,
          version: body.version,
          actorId: who.id,
          reactions,
          userId: who.id,
          emoji,
          action: verb === 'react' ? 'added' : 'removed',
        },
      });
    }
    expect(await stored(sent.id)).toEqual([
      { emoji: '🎉', user_id: owner.id },
      { emoji: '👍', user_id: bob.id },
    ]);
  });

  it('§5: what changes nothing succeeds with changed: false, takes no version and emits no event', async () => {
    const { id, owner } = await aGroup(node);
    const socket = await owner.connect();
    const sent = await owner.say(id, 'x');
    expect((await open(owner).unreact(sent.id, '👍')).body).toEqual({
      version: sent.version,
      changed: false,
      reactions: [],
    });
    const { body: added } = await open(owner).react(sent.id, { emoji: '👍' });
    expect((await open(owner).react(sent.id, { emoji: '👍' })).body).toEqual({ ...added, changed: false });
    const { body: removed } = await open(owner).unreact(sent.id, '👍');
    expect((await open(owner).unreact(sent.id, '👍')).body).toEqual({ ...removed, changed: false });
    const probe = await owner.say(id, 'probe');
    expect(probe.version).toBe(sent.version + 3);
    await socket.reaches(id, probe.version);
    expect(socket.all('reaction:updated').map(({ action }) => action)).toEqual(['added', 'removed']);
  });

  it('§3: both spellings of an emoji are one reaction', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const { id: messageId } = await owner.say(id, 'x');
    await open(owner).react(messageId, { emoji: '\u2764' });
    expect((await open(bob).react(messageId, { emoji: '\u2764\uFE0F' })).body.reactions).toEqual([
      { emoji: '\u2764\uFE0F', count: 2, reactedByMe: true },
    ]);
    expect((await open(owner).unreact(messageId, '\u2764')).body).toMatchObject({
      changed: true,
      reactions: [{ count: 1 }],
    });
  });

  it('§3: a message has at most twenty kinds, each of which may still grow', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const { id: messageId } = await owner.say(id, 'x');
    for (const emoji of KINDS.slice(0, 20)) expect((await open(owner).react(messageId, { emoji })).success).toBe(true);
    const { version } = await owner.sees(id);
    expect((await open(bob).react(messageId, { emoji: KINDS[20] })).code).toBe('conflict');
    expect((await owner.sees(id)).version).toBe(version);
    expect(await stored(messageId)).toHaveLength(20);
    expect((await open(bob).react(messageId, { emoji: KINDS[0] })).body.reactions[0]).toMatchObject({ count: 2 });
    await open(owner).unreact(messageId, KINDS[5] as string);
    expect((await open(bob).react(messageId, { emoji: KINDS[20] })).body.reactions.at(-1)).toEqual({
      emoji: KINDS[20],
      count: 1,
      reactedByMe: true,
    });
  });

  it('§3: to a deleted message is a conflict; taking back finds nothing there', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const { id: messageId } = await owner.say(id, 'x');
    await open(bob).react(messageId, { emoji: '👍' });
    const { version } = succeeded(await owner.delete(`/messages/${messageId}`));
    for (const emoji of ['👍', '🎉']) {
      expect((await open(bob).react(messageId, { emoji })).body).toMatchObject({
        code: 'conflict',
        details: [{ path: 'message', message: 'deleted' }],
      });
    }
    expect((await open(bob).unreact(messageId, '👍')).body).toEqual({ version, changed: false, reactions: [] });
  });

  it('§4: to what the server wrote is forbidden', async () => {
    const { id, owner } = await aGroup(node);
    succeeded(await owner.patch(`/conversations/${id}`, { name: 'New' }));
    const { lastMessage } = await owner.sees(id);
    expect((await open(owner).react(lastMessage.id, { emoji: '👍' })).code).toBe('forbidden');
  });

  it('§6: in an archived conversation is a conflict', async () => {
    const { id, owner } = await aGroup(node);
    const { id: messageId } = await owner.say(id, 'x');
    await open(owner).react(messageId, { emoji: '👍' });
    succeeded(await owner.patch(`/conversations/${id}`, { isArchived: true }));
    const archived = { code: 'conflict', details: [{ path: 'conversation', message: 'archived' }] };
    for (const emoji of ['👍', '🎉']) {
      expect((await open(owner).react(messageId, { emoji })).body).toMatchObject(archived);
      expect((await open(owner).unreact(messageId, emoji)).body).toMatchObject(archived);
    }
  });

  it('G5 §3: strangers and former members get the answer for a message that does not exist', async () => {
    const { id, owner, members } = await aGroup(node);
    const [former] = members as [Person];
    const { id: messageId } = await former.say(id, 'mine');
    await open(former).react(messageId, { emoji: '👍' });
    succeeded(await owner.delete(`/conversations/${id}/members/${former.id}`));
    const nothing = await open(former).react(NOBODY, { emoji: '👍' });
    expect(nothing.code).toBe('not_found');
    for (const who of [former, await aPerson(node)]) {
      expect(await open(who).react(messageId, { emoji: '🎉' })).toEqual(nothing);
      expect(await open(who).unreact(messageId, '👍')).toEqual(nothing);
      expect((await who.get(`/messages/${messageId}/reactions`)).status).toBe(404);
    }
    // What they said before stays.
    expect((await owner.get(`/messages/${messageId}`)).body.reactions).toEqual([
      { emoji: '👍', count: 1, reactedByMe: false },
    ]);
  });

  describe('bad input', () => {
    let messageId: string;
    let owner: Person;
    let id: string;
    beforeAll(async () => {
      ({ id, owner } = await aGroup(node));
      messageId = (await owner.say(id, 'x')).id;
    });

    it.each<[string, unknown]>([
      ['nothing', undefined],
      ['null', null],
      ['a number', 1],
      ['a list', ['👍']],
      ['an object', { emoji: '👍' }],
      ['an empty text', ''],
      ['text', 'like'],
      ['a digit', '1'],
      ['two emoji', '👍🎉'],
      ['an emoji and more', '👍!'],
      ['half a flag', '🇩'],
      ['NUL', '👍\0'],
      ['half a surrogate pair', '\uD83D'],
      ['HTML', '<b>👍</b>'],
      ['a key of every object', '__proto__'],
      ['more than 64 bytes', '👍'.repeat(17)],
      ['a hundred thousand signs', '👍'.repeat(50_000)],
    ])('A63 §3: %s is refused, and nothing changes', async (_what, emoji) => {
      expect((await open(owner).react(messageId, { emoji })).code).toBe('validation_failed');
      expect((await owner.get(`/messages/${messageId}`)).body.reactions).toEqual([]);
    });

    it.each(['like', '1', '👍🎉', '🇩', '<b>', '\0', '👍'.repeat(17)])(
      'A63 §3: %j is nothing to take back',
      async (emoji) => {
        expect((await open(owner).unreact(messageId, emoji)).code).toBe('validation_failed');
      },
    );

    it('A63: an unknown key is refused', async () => {
      expect((await open(owner).react(messageId, { emoji: '👍', userId: NOBODY })).code).toBe('validation_failed');
    });

    it.each(['x', '1', `${NOBODY}0`])('§3: %j is no id of a message', async (bad) => {
      expect((await open(owner).react(bad, { emoji: '👍' })).code).toBe('validation_failed');
      expect((await open(owner).unreact(bad, '👍')).code).toBe('validation_failed');
    });
  });
});

describe('reactions in answers', () => {
  it('§4: show reactedByMe to each as it is, in pages, single messages, lists and acks; events do not', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const socket = await bob.connect();
    const quoted = await owner.say(id, 'other', {});
    succeeded(await bob.post(`/messages/${quoted.id}/reactions`, { emoji: '🎉' }));
    const { id: messageId } = await owner.say(id, 'x');
    for (const [who, emoji] of [
      [bob, '👍'],
      [owner, '🎉'],
      [owner, '👍'],
    ] as const)
      succeeded(await who.post(`/messages/${messageId}/reactions`, { emoji }));
    const reactions = (mine: boolean) => [
      { emoji: '👍', count: 2, reactedByMe: true },
      { emoji: '🎉', count: 1, reactedByMe: mine },
    ];
    for (const [who, mine] of [
      [owner, true],
      [bob, false],
    ] as const) {
      const page = (await who.get(`/conversations/${id}/messages`)).body.items;
      expect(page.map((each: any) => each.reactions)).toEqual([
        [{ emoji: '🎉', count: 1, reactedByMe: !mine }],
        reactions(mine),
      ]);
      expect((await who.get(`/messages/${messageId}`)).body.reactions).toEqual(reactions(mine));
      expect((await who.sees(id)).lastMessage.reactions).toEqual(reactions(mine));
      const list = (await who.get('/conversations')).body.items;
      expect(list.map((each: any) => each.lastMessage.reactions)).toEqual([reactions(mine)]);
    }
    expect((await socket.ask('conversation:open', { conversationId: id, limit: 1 })).items[0].reactions).toEqual(
      reactions(false),
    );
    const edited = succeeded(await owner.patch(`/messages/${messageId}`, { content: 'y' }));
    expect(edited.reactions).toEqual(reactions(true));
    expect((await socket.first('message:edited')).message.reactions).toEqual([
      { emoji: '👍', count: 2 },
      { emoji: '🎉', count: 1 },
    ]);
  });

  it('§4: reactedByMe is about this message, not one at the same place of another conversation', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const [here, there] = [await owner.say(id, 'x'), await owner.say(await groupOf(owner, [bob]), 'x')];
    succeeded(await owner.post(`/messages/${here.id}/reactions`, { emoji: '👍' }));
    succeeded(await bob.post(`/messages/${there.id}/reactions`, { emoji: '👍' }));
    succeeded(await bob.post(`/messages/${(await owner.say(id, 'y')).id}/reactions`, { emoji: '👍' }));
    expect(here.seq).toBe(there.seq);
    const lasts = (await bob.get(`/conversations/${id}/messages`)).body.items;
    expect(lasts.map((each: any) => each.reactions[0].reactedByMe)).toEqual([false, true]);
  });

  it('S4.27: the list of a message has who, the earliest first, and describes them', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, eve] = members as [Person, Person];
    const { id: messageId } = await owner.say(id, 'x');
    expect((await bob.get(`/messages/${messageId}/reactions`)).body).toEqual({ items: [], users: [] });
    for (const [who, emoji] of [
      [eve, '👍'],
      [bob, '🎉'],
      [bob, '👍'],
      [owner, '👍'],
    ] as const)
      succeeded(await who.post(`/messages/${messageId}/reactions`, { emoji }));
    const { items, users } = (await bob.get(`/messages/${messageId}/reactions`)).body;
    expect(items).toEqual([
      { emoji: '👍', userIds: [eve.id, bob.id, owner.id] },
      { emoji: '🎉', userIds: [bob.id] },
    ]);
    expect(new Set(users.map((each: any) => each.username))).toEqual(
      new Set([eve, bob, owner].map(({ username }) => username)),
    );
    expect((await bob.get(`/messages/${NOBODY}/reactions`)).status).toBe(404);
    expect((await bob.get('/messages/x/reactions')).status).toBe(400);
  });

  it('§3: the list of a message names the first hundred of each', async () => {
    const { id, owner } = await aGroup(node);
    const { id: messageId, seq } = await owner.say(id, 'x');
    await node.rows(sql`
      WITH crowd AS (
        INSERT INTO users (id, username, display_name)
        SELECT gen_random_uuid(), left(md5(random()::text), 20), i::text FROM generate_series(1, 130) AS i RETURNING id)
      INSERT INTO message_reactions (conversation_id, seq, message_id, user_id, emoji)
      SELECT ${id}, ${seq}, ${messageId}, id, '👍' FROM crowd`);
    await node.rows(
      sql`UPDATE messages SET reactions = '[{"emoji": "👍", "count": 130}]' WHERE conversation_id = ${id} AND seq = ${seq}`,
    );
    const { items, users } = succeeded(await owner.get(`/messages/${messageId}/reactions`));
    expect([items.length, items[0].userIds.length, users.length]).toEqual([1, 100, 100]);
  });

  it('§3: the list of a message ends at 512 KB with everyone whom it names, and names the first of each emoji', async () => {
    const { id, owner } = await aGroup(node);
    const { id: messageId, seq } = await owner.say(id, 'x');
    const kinds = ['👍', '🎉', '😀', '🇩🇪', '👨‍👩‍👧‍👦'];
    await node.rows(sql`
      WITH crowd AS (
        INSERT INTO users (id, username, display_name, avatar_url)
        SELECT gen_random_uuid(), left(md5(random()::text), 20), repeat('"', 99), 'https://a.example/' || repeat('ä', 2000)
          FROM generate_series(1, 500) RETURNING id)
      INSERT INTO message_reactions (conversation_id, seq, message_id, user_id, emoji)
      SELECT ${id}, ${seq}, ${messageId}, id, (${sql.param(kinds)}::text[])[1 + (row_number() OVER ()) % 5] FROM crowd`);
    const counts = JSON.stringify(kinds.map((emoji) => ({ emoji, count: 100 })));
    await node.rows(sql`UPDATE messages SET reactions = ${counts}::jsonb WHERE id = ${messageId}`);
    const answer = await owner.get(`/messages/${messageId}/reactions`);
    const { items, users } = succeeded(answer);
    const size = Buffer.byteLength(answer.text);
    expect(size).toBeLessThanOrEqual(LIMITS.answerBytes);
    expect(size).toBeGreaterThan(LIMITS.answerBytes * 0.9);
    expect(items.map((each: any) => each.emoji)).toEqual(kinds);
    const lengths = items.map((each: any) => each.userIds.length);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    expect(new Set(users.map((each: any) => each.id))).toEqual(new Set(items.flatMap((each: any) => each.userIds)));
    const [first] = await node.rows<{ ids: string[] }>(sql`
      SELECT array_agg(user_id::text ORDER BY created_at, user_id) AS ids FROM message_reactions
       WHERE message_id = ${messageId} AND emoji = ${kinds[0]}`);
    expect(items[0].userIds).toEqual(first?.ids.slice(0, lengths[0]));
  });

  it('§3: a path that is no text is refused', async () => {
    const { id, owner } = await aGroup(node);
    const { id: messageId } = await owner.say(id, 'x');
    const { status, body } = await owner.delete(`/messages/${messageId}/reactions/%E0%A4%A`);
    expect([status, body.error.code]).toEqual([400, 'validation_failed']);
  });
});

describe('reactions at once', () => {
  it('S4.2 S4.23 G3: two of the same by one person are one, with one version and one event', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const sockets = await Promise.all([bob.connect(), bob.connect(), owner.connect()]);
    const sent = await owner.say(id, 'x');
    const results = await Promise.all(
      times(10, 0).map((_, i) =>
        (sockets[i % 2] as (typeof sockets)[0]).ask('reaction:add', { messageId: sent.id, emoji: '👍' }),
      ),
    );
    expect(results.filter(({ changed }) => changed)).toHaveLength(1);
    expect(new Set(results.map(({ version }) => version))).toEqual(new Set([sent.version + 1]));
    const probe = await owner.say(id, 'probe');
    expect(probe.version).toBe(sent.version + 2);
    await sockets[2]?.reaches(id, probe.version);
    expect(sockets[2]?.all('reaction:updated')).toHaveLength(1);
  });

  it('S4.23 G3: of many people are all counted, each with its version', async () => {
    const crowd = await people(node, 12);
    const [ann] = crowd as [Person];
    const id = await groupOf(ann, crowd.slice(1));
    const socket = await ann.connect();
    const sent = await ann.say(id, 'x');
    const path = `/messages/${sent.id}/reactions`;
    const results = await Promise.all(crowd.flatMap((who) => ['👍', '🎉'].map((emoji) => who.post(path, { emoji }))));
    const versions = results.map((each) => succeeded(each).version).toSorted((a, b) => a - b);
    expect(versions).toEqual(times(24, 0).map((_, i) => sent.version + 1 + i));
    const { reactions } = succeeded(await ann.get(`/messages/${sent.id}`));
    expect(reactions.map(({ count }: { count: number }) => count)).toEqual([12, 12]);
    await Promise.all(crowd.slice(0, 6).map((who) => who.delete(`${path}/${encodeURIComponent('👍')}`)));
    await socket.reaches(id, sent.version + 30);
    expect(socket.all('reaction:updated').at(-1).reactions).toEqual(
      expect.arrayContaining([
        { emoji: '👍', count: 6 },
        { emoji: '🎉', count: 12 },
      ]),
    );
    const [counted] = await node.rows<{ same: boolean }>(sql`
      SELECT m.reactions = (
        SELECT jsonb_agg(jsonb_build_object('emoji', e ->> 'emoji', 'count',
                 (SELECT count(*) FROM message_reactions r WHERE r.message_id = m.id AND r.emoji = e ->> 'emoji')))
          FROM jsonb_array_elements(m.reactions) e) AS same
        FROM messages m WHERE m.id = ${sent.id}`);
    expect(counted).toEqual({ same: true });
  });
});
