import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ConversationSync, LIMITS } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { manyGroups, sayMany } from './masses.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, directOf, groupOf, NOBODY, type Person, people, succeeded } from './people.js';
import { SyncReader, syncing } from './sync-reader.js';

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

type Position = { version: number; receipts: number };

/** Where somebody is who has just fetched the conversation. */
async function here(person: Person, id: string): Promise<Position> {
  const { version, receipts } = await person.sees(id);
  return { version, receipts };
}

/** What changed in one conversation since; undefined if nothing did. */
async function changes(person: Person, id: string, since: Position): Promise<ConversationSync | undefined> {
  return (await syncing(person, { conversations: { [id]: since }, cursor: 0 })).conversations[id] as ConversationSync;
}

const cursorOf = async (person: Person): Promise<number> => (await syncing(person, { conversations: {} })).cursor;

const contents = (news: ConversationSync | undefined): string[] => news?.messages.map(({ content }) => content) ?? [];

describe('what changed in a conversation', () => {
  it('G4 S2.15: is answered as it is now, each row once and in the order of versions', async () => {
    const { id, owner, members } = await aGroup(node, { members: 3 });
    const [ann, ben, cid] = members as [Person, Person, Person];
    const first = await owner.say(id, 'first');
    const second = await owner.say(id, 'second');
    const since = await here(ann, id);
    succeeded(await owner.delete(`/messages/${second.id}`));
    await ben.say(id, 'third');
    succeeded(await owner.patch(`/messages/${first.id}`, { content: 'first, edited' }));
    succeeded(await ben.post(`/messages/${first.id}/reactions`, { emoji: '👍' }));
    succeeded(await owner.patch(`/conversations/${id}/members/${ben.id}`, { role: 'admin' }));
    expect((await owner.delete(`/conversations/${id}/members/${cid.id}`)).status).toBe(204);

    const news = await changes(ann, id, since);
    expect(news?.messages.map(({ content, metadata }) => content || metadata.event || 'tombstone')).toEqual([
      'tombstone',
      'third',
      'first, edited',
      'role_changed',
      'member_removed',
    ]);
    expect(news?.messages[0]).toMatchObject({ seq: 2, isDeleted: true, metadata: {}, mentions: [], reactions: [] });
    expect(news?.messages[2]?.reactions).toEqual([{ emoji: '👍', count: 1, reactedByMe: false }]);
    expect(news?.members).toEqual([
      expect.objectContaining({ user: expect.objectContaining({ id: ben.id }), role: 'admin', leftAt: null }),
      expect.objectContaining({ user: expect.objectContaining({ id: cid.id }), leftAt: expect.any(String) }),
    ]);
    const versions = news?.messages.map(({ version }) => version) ?? [];
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    const { members: _, ...item } = await ann.sees(id);
    expect(news).toMatchObject({ conversation: item, version: item.version, receipts: item.receipts });
    expect(news).toMatchObject({ unreadCount: 3, mentionCount: 0, hasMore: false, reset: false });
  });

  it('contract §4: is answered as the caller sees it: own reactions, the status of own messages', async () => {
    const { id, owner, members } = await aGroup(node, { members: 1 });
    const [ann] = members as [Person];
    const since = await here(owner, id);
    const [one] = [await owner.say(id, 'read'), await owner.say(id, 'sent')];
    succeeded(await ann.post(`/conversations/${id}/read`, { seq: 1 }));
    succeeded(await owner.post(`/messages/${one.id}/reactions`, { emoji: '🎉' }));
    const mine = await changes(owner, id, since);
    expect(mine?.messages.map(({ content, status }) => [content, status])).toEqual([
      ['sent', 'sent'],
      ['read', 'read'],
    ]);
    expect(mine?.messages[1]?.reactions).toEqual([{ emoji: '🎉', count: 1, reactedByMe: true }]);
    expect((await changes(ann, id, since))?.messages[1]).toMatchObject({
      status: 'sent',
      reactions: [{ emoji: '🎉', count: 1, reactedByMe: false }],
    });
  });

  it('contract §4: does not show the text of a deleted message where another one quotes it', async () => {
    const { id, owner } = await aGroup(node);
    const since = await here(owner, id);
    const quoted = await owner.say(id, 'a secret');
    await owner.say(id, 'an answer', { replyToId: quoted.id });
    succeeded(await owner.delete(`/messages/${quoted.id}`));
    const news = await changes(owner, id, since);
    expect(contents(news)).toEqual(['an answer', '']);
    expect(news?.messages[0]?.replyTo).toMatchObject({ seq: 1, excerpt: '' });
  });

  it('is nothing where nothing changed, and the conversation is not there', async () => {
    const { id, owner } = await aGroup(node);
    await owner.say(id, 'a word');
    expect(await changes(owner, id, await here(owner, id))).toBeUndefined();
  });

  it('is also what leaves no row: a rename is in its list item', async () => {
    const { id, owner, members } = await aGroup(node);
    const [ann] = members as [Person];
    const since = await here(ann, id);
    succeeded(await owner.patch(`/conversations/${id}`, { name: 'Renamed' }));
    // The system message takes the version after the rename's: asked from there on, nothing but the item is new.
    const news = await changes(ann, id, { ...since, version: since.version + 2 });
    expect(news).toBeUndefined();
    await node.rows(sql`UPDATE conversations SET version = version + 1, name = 'Again' WHERE id = ${id}`);
    expect(await changes(ann, id, { ...since, version: since.version + 2 })).toMatchObject({
      conversation: { name: 'Again', version: since.version + 3 },
      messages: [],
      members: [],
      version: since.version + 3,
      hasMore: false,
    });
  });

  it('names everyone whom it names by id', async () => {
    const { id, owner, members } = await aGroup(node, { members: 3 });
    const [ann, ben, cid] = members as [Person, Person, Person];
    const since = await here(owner, id);
    const quoted = await ann.say(id, 'quoted');
    await owner.say(id, `hello @${ben.username}`, { replyToId: quoted.id });
    succeeded(await cid.post(`/conversations/${id}/read`, { seq: 2 }));
    const { users } = await syncing(owner, { conversations: { [id]: since }, cursor: 1 });
    expect(users.map((user) => user.id).sort()).toEqual([owner, ann, ben, cid].map((person) => person.id).sort());
    expect(users[0]).toEqual({
      id: expect.any(String),
      username: expect.any(String),
      displayName: expect.any(String),
      avatarUrl: null,
      isBot: false,
    });
  });

  it('is the same by socket and by REST, ids in any case', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    await owner.say(id, 'a word');
    const socket = await (members[0] as Person).connect();
    for (const question of [
      { conversations: {} },
      { conversations: { [id]: { version: 0, receipts: 0 } }, cursor: 1 },
      { conversations: { [id]: { version: 1, receipts: 0 }, [NOBODY]: { version: 1, receipts: 0 } }, cursor: 0 },
      { conversations: { [id.toUpperCase()]: { version: 0, receipts: 0 } }, epoch: 'another' },
    ]) {
      const answer = await syncing(members[0] as Person, question);
      expect(await socket.ask('sync', question)).toEqual({ success: true, ...answer });
      if (Object.keys(question.conversations).length > 0) expect(Object.keys(answer.conversations)).toEqual([id]);
    }
    socket.close();
  });
});

describe('watermarks', () => {
  it('S2.30: are those that moved beyond the question, also where nothing else changed', async () => {
    const { id, owner, members } = await aGroup(node, { members: 3 });
    const [ann, ben, cid] = members as [Person, Person, Person];
    for (const text of ['1', '2', '3']) await owner.say(id, text);
    succeeded(await ann.post(`/conversations/${id}/read`, { seq: 1 }));
    const since = await here(cid, id);
    succeeded(await ben.post(`/conversations/${id}/delivered`, { seq: 2 }));
    succeeded(await cid.post(`/conversations/${id}/read`, { seq: 3 }));
    const news = await changes(cid, id, since);
    expect(news).toMatchObject({ messages: [], members: [], version: since.version, receipts: since.receipts + 2 });
    expect(news).toMatchObject({ unreadCount: 0, hasMore: false });
    expect(news?.watermarks).toEqual([
      { userId: ben.id, lastReadSeq: 0, lastDeliveredSeq: 2, readAt: null, deliveredAt: expect.any(String) },
      {
        userId: cid.id,
        lastReadSeq: 3,
        lastDeliveredSeq: 3,
        readAt: expect.any(String),
        deliveredAt: expect.any(String),
      },
    ]);
    const all = await changes(cid, id, { ...since, receipts: 0 });
    expect(all?.watermarks.map(({ userId }) => userId)).toEqual([ann.id, ben.id, cid.id]);
  });

  it('are only one’s own in conversations of more than 100 members', async () => {
    const owner = await aPerson(node);
    const others = await people(node, LIMITS.receiptsMembers);
    const id = await groupOf(owner, others);
    await owner.say(id, 'to all');
    const since = await here(owner, id);
    const [ann, ben] = others as [Person, Person];
    succeeded(await ann.post(`/conversations/${id}/read`, { seq: 1 }));
    expect(await changes(ben, id, since)).toMatchObject({ watermarks: [], receipts: since.receipts + 1 });
    expect((await changes(ann, id, since))?.watermarks).toMatchObject([{ userId: ann.id, lastReadSeq: 1 }]);
  });

  it('G4: who synced while there were more members than 100 gets everyone’s once there are 100, on either way', async () => {
    const owner = await aPerson(node);
    const others = await people(node, LIMITS.receiptsMembers);
    const id = await groupOf(owner, others);
    await owner.say(id, 'to all');
    const [ann, ben] = others as [Person, Person];
    const last = others.at(-1) as Person;
    succeeded(await ann.post(`/conversations/${id}/read`, { seq: 1 }));
    const since = await here(ben, id);
    const listener = await ben.connect();
    expect((await last.delete(`/conversations/${id}/members/${last.id}`)).status).toBe(204);
    // One that is connected hears of them, and so does not have to ask.
    expect(await listener.first('message:read', ({ userId }) => userId === ann.id)).toMatchObject({ seq: 1 });
    const after = await here(ben, id);
    const fresh = (await changes(ben, id, { version: 1, receipts: 0 }))?.watermarks ?? [];
    expect(fresh).toContainEqual(expect.objectContaining({ userId: ann.id, lastReadSeq: 1 }));
    expect((await changes(ben, id, since))?.watermarks).toEqual(fresh);
    // Who has heard of the removal, and of nothing else.
    expect((await changes(ben, id, { ...after, receipts: since.receipts }))?.watermarks).toEqual(fresh);
    listener.close();
    // A growing group tells nobody anything but that; coming back under the limit tells it anew.
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [last.id] }));
    const grown = await here(ben, id);
    succeeded(await owner.post(`/conversations/${id}/read`, { seq: 1 }));
    expect((await owner.delete(`/conversations/${id}/members/${last.id}`)).status).toBe(204);
    expect((await changes(ben, id, grown))?.watermarks).toHaveLength(LIMITS.receiptsMembers);
  });

  it('are not those of former members', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [ann] = members as [Person];
    await owner.say(id, 'a word');
    succeeded(await ann.post(`/conversations/${id}/read`, { seq: 1 }));
    expect((await changes(owner, id, { version: 1, receipts: 0 }))?.watermarks).toMatchObject([{ userId: ann.id }]);
    expect((await ann.delete(`/conversations/${id}/members/${ann.id}`)).status).toBe(204);
    expect(await changes(owner, id, { version: 1, receipts: 0 })).toMatchObject({ watermarks: [], receipts: 1 });
  });
});

describe('memberships', () => {
  it('G4: are all of mine without a cursor, and those that changed with one', async () => {
    const [ann, ben] = (await people(node, 2)) as [Person, Person];
    const kept = await groupOf(ann, [ben], 'Kept');
    const lost = await groupOf(ann, [ben], 'Lost');
    const first = await syncing(ben, { conversations: {} });
    expect(first).toMatchObject({ cursor: 2, removed: [], conversations: {}, hasMore: false });
    expect(first.added.map(({ id }) => id)).toEqual([kept, lost]);
    const { items } = succeeded(await ben.get('/conversations'));
    expect(first.added).toEqual(items.toReversed());
    expect(first.users.map(({ id }) => id)).toEqual([ann.id]);

    const gained = await groupOf(ann, [ben], 'Gained');
    expect((await ann.delete(`/conversations/${lost}/members/${ben.id}`)).status).toBe(204);
    const next = await syncing(ben, { conversations: {}, cursor: first.cursor });
    expect(next).toMatchObject({ cursor: 4, removed: [lost], hasMore: false });
    expect(next.added.map(({ id }) => id)).toEqual([gained]);
    expect(await syncing(ben, { conversations: {}, cursor: next.cursor })).toMatchObject({
      cursor: 4,
      added: [],
      removed: [],
    });
    expect((await syncing(ben, { conversations: {} })).added.map(({ id }) => id)).toEqual([kept, gained]);
  });

  it('G5: of a conversation that one was removed from nothing is answered but that', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [ann] = members as [Person];
    const [since, cursor] = [await here(ann, id), await cursorOf(ann)];
    expect((await owner.delete(`/conversations/${id}/members/${ann.id}`)).status).toBe(204);
    await owner.say(id, 'not for her');
    for (const question of [
      { conversations: { [id]: since }, cursor },
      { conversations: { [id]: since }, cursor: cursor + 1 },
      { conversations: { [id]: { version: 0, receipts: 0 } } },
      { conversations: { [id]: { version: 999, receipts: 0 } }, epoch: 'another' },
    ]) {
      const answer = await syncing(ann, question);
      expect(answer).toMatchObject({ added: [], removed: [id], conversations: {}, hasMore: false, users: [] });
      expect(JSON.stringify(answer)).not.toContain('not for her');
    }
    // Exactly as of one that does not exist.
    const [gone, never] = await Promise.all(
      [id, NOBODY].map((each) => syncing(ann, { conversations: { [each]: since }, cursor: cursor + 1 })),
    );
    expect(JSON.stringify(gone).replace(id, NOBODY)).toBe(JSON.stringify(never));
  });

  it('G4: of one that left and came back, all that happened meanwhile is answered as well', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [ann] = members as [Person];
    await owner.say(id, 'before');
    const [since, cursor] = [await here(ann, id), await cursorOf(ann)];
    expect((await ann.delete(`/conversations/${id}/members/${ann.id}`)).status).toBe(204);
    await owner.say(id, 'meanwhile');
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [ann.id] }));
    await owner.say(id, 'after');
    const answer = await syncing(ann, { conversations: { [id]: since }, cursor });
    expect(answer).toMatchObject({ cursor: cursor + 2, removed: [], hasMore: false });
    expect(answer.added.map((item) => item.id)).toEqual([id]);
    const news = answer.conversations[id] as ConversationSync;
    expect(contents(news).filter(Boolean)).toEqual(['meanwhile', 'after']);
    expect(news.members).toMatchObject([{ user: { id: ann.id }, role: 'member', leftAt: null, lastReadSeq: 3 }]);
    expect(news).toMatchObject({ unreadCount: 1, conversation: answer.added[0] });
  });

  it('are 200 an answer, gained and lost together in the order in which that happened', async () => {
    const [ann, ben] = (await people(node, 2)) as [Person, Person];
    const ids = await manyGroups(node, [ann, ben], 2 * LIMITS.syncMemberships + 50);
    const [first, second, third] = [0, 200, 400].map((at) => ids.slice(at, at + 200));
    const lost = second?.slice(0, 3) ?? [];
    for (const id of lost) expect((await ann.delete(`/conversations/${id}/members/${ben.id}`)).status).toBe(204);
    const cursor = ids.length + lost.length;

    const fresh = new SyncReader(ben);
    const one = await fresh.step();
    expect(one).toMatchObject({ cursor: 200, removed: [], hasMore: true });
    expect(one.added.map(({ id }) => id)).toEqual(first);
    const two = await syncing(ben, { conversations: {}, cursor: one.cursor });
    expect(two).toMatchObject({ cursor: 403, removed: [], hasMore: true });
    expect(two.added.map(({ id }) => id)).toEqual([...(second?.slice(3) ?? []), ...(third?.slice(0, 3) ?? [])]);
    const three = await syncing(ben, { conversations: {}, cursor: two.cursor });
    expect(three).toMatchObject({ cursor, removed: lost, hasMore: false });
    expect(three.added.map(({ id }) => id)).toEqual(third?.slice(3));
  });

  it('of a direct conversation name the other member', async () => {
    const [ann, ben] = (await people(node, 2)) as [Person, Person];
    const id = await directOf(ann, ben);
    const { added } = await syncing(ben, { conversations: {} });
    expect(added).toMatchObject([{ id, type: 'direct', name: null, peer: { id: ann.id, username: ann.username } }]);
  });
});

describe('a reset', () => {
  const MANY = LIMITS.syncResetRows + 1;

  it('G4: is the newest state, where one is ahead of the conversation or of its receipts', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [ann, ben] = members as [Person, Person];
    for (let i = 1; i <= LIMITS.syncResetMessages + 5; i += 1) await owner.say(id, `${i}`);
    succeeded(await ann.post(`/conversations/${id}/read`, { seq: 3 }));
    expect((await ben.delete(`/conversations/${id}/members/${ben.id}`)).status).toBe(204);
    const head = await here(ann, id);
    for (const ahead of [
      { ...head, version: head.version + 1 },
      { ...head, receipts: head.receipts + 1 },
    ]) {
      const news = await changes(ann, id, ahead);
      const { members: present, ...item } = await ann.sees(id);
      const page = succeeded(await ann.get(`/conversations/${id}/messages?limit=${LIMITS.syncResetMessages}`));
      expect(news).toEqual({
        conversation: item,
        messages: page.items,
        members: present,
        watermarks: [expect.objectContaining({ userId: ann.id, lastReadSeq: 3 })],
        unreadCount: LIMITS.syncResetMessages + 2,
        mentionCount: 0,
        ...head,
        hasMore: false,
        reset: true,
      });
    }
  });

  it('G4: is the answer to an epoch that is not ours, with all memberships; ours changes nothing', async () => {
    const { id, owner, members } = await aGroup(node);
    const [ann] = members as [Person];
    await owner.say(id, 'a word');
    const head = await here(ann, id);
    const { epoch, cursor } = await syncing(ann, { conversations: {} });
    const socket = await ann.connect();
    expect((await socket.first('ready')).epoch).toBe(epoch);
    socket.close();
    const question = { conversations: { [id]: head }, cursor };
    expect(await syncing(ann, { ...question, epoch })).toMatchObject({ added: [], conversations: {}, hasMore: false });
    const foreign = await syncing(ann, { ...question, epoch: 'of another database' });
    expect(foreign).toMatchObject({ epoch, cursor, removed: [], hasMore: false });
    expect(foreign.added.map((item) => item.id)).toEqual([id]);
    expect(foreign.conversations[id]).toMatchObject({ ...head, reset: true, messages: [{ content: 'a word' }] });
    expect((foreign.conversations[id] as ConversationSync).members).toHaveLength(2);
  });

  it('G4: is the answer to a cursor ahead of one’s own, for the memberships', async () => {
    const { id, members } = await aGroup(node);
    const [ann] = members as [Person];
    const answer = await syncing(ann, { conversations: {}, cursor: 7 });
    expect(answer).toMatchObject({ cursor: 1, removed: [], hasMore: false });
    expect(answer.added.map((item) => item.id)).toEqual([id]);
  });

  it('G4: is the answer where more than 5,000 rows changed, not one less, and loads no more than it answers', async () => {
    const { id, owner } = await aGroup(node);
    const { version } = await here(owner, id);
    await sayMany(node, { id, senderId: owner.id, count: MANY });
    const reader = new SyncReader(owner);
    reader.hold(id, { version: version + 1, receipts: 0 });
    reader.cursor = 1;
    const more = await reader.step();
    expect(more.conversations[id]).toMatchObject({ reset: false, hasMore: true });
    const news = await changes(owner, id, { version, receipts: 0 });
    expect(news).toMatchObject({ reset: true, hasMore: false, version: version + MANY, receipts: 0 });
    expect(news?.messages.map(({ seq }) => seq)).toEqual(
      Array.from({ length: LIMITS.syncResetMessages }, (_, i) => MANY - LIMITS.syncResetMessages + 1 + i),
    );
  });

  it('counts the rows that changed, not the changes: thousands of changes of one message are one', async () => {
    const { id, owner } = await aGroup(node);
    await owner.say(id, 'changed over and over');
    const since = await here(owner, id);
    await node.rows(sql`UPDATE messages SET version = version + 6000 WHERE conversation_id = ${id} AND seq = 1`);
    await node.rows(sql`UPDATE conversations SET version = version + 6000 WHERE id = ${id}`);
    expect(await changes(owner, id, since)).toMatchObject({
      reset: false,
      hasMore: false,
      messages: [{ content: 'changed over and over' }],
      version: since.version + 6000,
    });
  });
});

describe('a question', () => {
  const at = { version: 1, receipts: 0 };
  const many = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`018f0000-0000-7000-8000-${String(i).padStart(12, '0')}`, at]),
    );
  const bad: [string, string, string | null][] = [
    ['no conversations', '{}', 'conversations'],
    ['conversations that are null', '{"conversations": null}', 'conversations'],
    ['a list of conversations', '{"conversations": []}', 'conversations'],
    ['a name that is no id', '{"conversations": {"general": {"version": 1, "receipts": 0}}}', 'conversations'],
    ['__proto__ for an id', '{"conversations": {"__proto__": {"version": 1, "receipts": 0}}}', 'conversations'],
    ['a position that is null', `{"conversations": {"${NOBODY}": null}}`, 'conversations'],
    ['a position that is a number', `{"conversations": {"${NOBODY}": 3}}`, 'conversations'],
    ['a position that is a list', `{"conversations": {"${NOBODY}": [1, 0]}}`, 'conversations'],
    ['no receipts', `{"conversations": {"${NOBODY}": {"version": 1}}}`, 'conversations'],
    ['no version', `{"conversations": {"${NOBODY}": {"receipts": 1}}}`, 'conversations'],
    ['more in a position', `{"conversations": {"${NOBODY}": {"version": 1, "receipts": 0, "x": 1}}}`, 'conversations'],
    [
      '__proto__ in a position',
      `{"conversations": {"${NOBODY}": {"version": 1, "__proto__": {"receipts": 0}}}}`,
      'conversations',
    ],
    ['a negative version', `{"conversations": {"${NOBODY}": {"version": -1, "receipts": 0}}}`, 'conversations'],
    ['half a version', `{"conversations": {"${NOBODY}": {"version": 1.5, "receipts": 0}}}`, 'conversations'],
    ['a version in words', `{"conversations": {"${NOBODY}": {"version": "1", "receipts": 0}}}`, 'conversations'],
    [
      'a version beyond all numbers',
      `{"conversations": {"${NOBODY}": {"version": 1e300, "receipts": 0}}}`,
      'conversations',
    ],
    [
      'unsafe receipts',
      `{"conversations": {"${NOBODY}": {"version": 1, "receipts": 9007199254740992}}}`,
      'conversations',
    ],
    ['one id twice', JSON.stringify({ conversations: { [NOBODY]: at, [NOBODY.toUpperCase()]: at } }), 'conversations'],
    ['too many ids', JSON.stringify({ conversations: many(LIMITS.syncConversations + 1) }), 'conversations'],
    ['a negative cursor', '{"conversations": {}, "cursor": -1}', 'cursor'],
    ['half a cursor', '{"conversations": {}, "cursor": 0.5}', 'cursor'],
    ['a cursor in words', '{"conversations": {}, "cursor": "1"}', 'cursor'],
    ['no cursor, said so', '{"conversations": {}, "cursor": null}', 'cursor'],
    ['an epoch that is a number', '{"conversations": {}, "epoch": 1}', 'epoch'],
    ['an epoch without end', `{"conversations": {}, "epoch": "${'x'.repeat(101)}"}`, 'epoch'],
    ['an unknown key', '{"conversations": {}, "since": 1}', 'since'],
    ['__proto__', '{"conversations": {}, "__proto__": {}}', '__proto__'],
    ['a list', '[]', ''],
  ];

  it.each(bad)('S1.24: with %s is refused, by REST and by socket alike', async (_, text, path) => {
    const ann = await aPerson(node);
    const refused = await ann.post('/sync', text);
    expect([refused.status, refused.body.error.code]).toEqual([400, 'validation_failed']);
    expect([...new Set(refused.body.error.details.map((detail: { path: string }) => detail.path))]).toEqual([path]);
    const socket = await ann.connect();
    const ack = await socket.ask('sync', JSON.parse(text));
    const { requestId: __, ...error } = refused.body.error;
    expect(ack).toEqual({ success: false, error: { ...error, requestId: expect.any(String) } });
    expect((await socket.ask('sync', { conversations: {} })).success).toBe(true);
    socket.close();
  });

  it.each([['null'], ['"all"'], ['7'], ['true']])('S1.24: %s instead of an object is refused', async (text) => {
    const ann = await aPerson(node);
    const socket = await ann.connect();
    expect(await socket.ask('sync', JSON.parse(text))).toMatchObject({
      success: false,
      error: { code: 'validation_failed' },
    });
    expect((await socket.ask('sync')).error.code).toBe('validation_failed');
    expect((await ann.post('/sync', text)).status).toBe(400);
    socket.close();
  });

  it('with the greatest numbers and as many ids as allowed is answered', async () => {
    const ann = await aPerson(node);
    const greatest = { version: Number.MAX_SAFE_INTEGER, receipts: Number.MAX_SAFE_INTEGER };
    const conversations = { ...many(LIMITS.syncConversations - 1), [NOBODY]: greatest };
    const ids = Object.keys(conversations);
    const answer = await syncing(ann, { conversations, cursor: Number.MAX_SAFE_INTEGER });
    expect(answer).toMatchObject({ cursor: 0, added: [], removed: ids, conversations: {}, hasMore: false });
    const socket = await ann.connect();
    expect((await socket.ask('sync', { conversations })).removed).toEqual(ids);
    socket.close();
  });

  it('without a token is refused', async () => {
    await node.request.post('/api/sync').send({ conversations: {} }).expect(401);
  });

  it('over the size of a body or a frame is refused', async () => {
    const ann = await aPerson(node);
    const padding = ' '.repeat(LIMITS.bodyBytes);
    expect((await ann.post('/sync', `{"conversations": {}${padding}}`)).body.error.code).toBe('too_large');
    const socket = await ann.connect();
    socket.io.emit('sync', { conversations: {}, epoch: padding });
    await socket.end();
  });
});
