import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { MessageTextRepository } from '../src/modules/conversation-log/index.js';
import { type MessageTransport, TRANSPORTS } from './message-transports.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, directOf, NOBODY, type Person, people, succeeded } from './people.js';

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
const editsOf = async (who: Person, id: string, query = '') =>
  succeeded(await who.get(`/messages/${id}/edits${query}`));
const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });

/** Makes a message so many seconds older than it is. */
const age = (id: string, seconds: number) =>
  node.rows(sql`UPDATE messages SET created_at = created_at - ${seconds} * interval '1 second' WHERE id = ${id}`);

describe.each(TRANSPORTS)('editing over %s', (_name, open) => {
  let id: string;
  let ann: Person;
  let bob: Person;
  let mine: MessageTransport;
  let theirs: MessageTransport;

  beforeAll(async () => {
    const group = await aGroup(node, { members: 1 });
    id = group.id;
    ann = group.owner;
    bob = group.members[0] as Person;
    mine = open(ann);
    theirs = open(bob);
  });

  it('S4.21 §5: replaces the text, keeps the original, and every member receives it with its version', async () => {
    const sockets = await Promise.all([ann.connect(), bob.connect()]);
    const sent = await bob.say(id, 'helo', { metadata: { a: 1 } });
    const before = await ann.sees(id);
    const { success, body } = await theirs.edit(sent.id.toUpperCase(), { content: 'hello' });
    expect(success).toBe(true);
    expect(body).toEqual({
      version: before.version + 1,
      message: { ...sent, content: 'hello', editedAt: body.message.editedAt, version: before.version + 1 },
    });
    expect(Date.parse(body.message.editedAt)).toBeGreaterThanOrEqual(Date.parse(sent.createdAt));
    for (const socket of sockets) {
      await socket.reaches(id, body.version);
      expect(socket.durable(id).at(-1)).toEqual({
        name: 'message:edited',
        payload: {
          conversationId: id,
          version: body.version,
          actorId: bob.id,
          message: body.message,
          mentionsAdded: [],
          mentionsRemoved: [],
        },
      });
    }
    expect((await ann.get(`/messages/${sent.id}`)).body).toEqual(body.message);
    expect((await ann.get(`/conversations/${id}/messages?limit=1`)).body.items).toEqual([body.message]);
    const after = await ann.sees(id);
    expect(after).toEqual({
      ...before,
      version: body.version,
      lastMessage: body.message,
      members: after.members,
      receipts: after.receipts,
    });
    expect(await editsOf(ann, sent.id)).toEqual({
      items: [
        {
          id: expect.any(String),
          messageId: sent.id,
          originalContent: 'helo',
          editedBy: bob.id,
          editedAt: body.message.editedAt,
        },
      ],
      nextCursor: null,
      hasMore: false,
      users: [expect.objectContaining({ id: bob.id, username: bob.username })],
    });
  });

  it('§4: leaves the metadata as it is, unless it is given', async () => {
    const { id: messageId } = await ann.say(id, 'x', { metadata: { a: 1, b: [2] } });
    expect((await mine.edit(messageId, { content: 'y' })).body.message).toMatchObject({
      content: 'y',
      metadata: { a: 1, b: [2] },
    });
    expect((await mine.edit(messageId, { content: 'y', metadata: { c: 3 } })).body.message).toMatchObject({
      content: 'y',
      metadata: { c: 3 },
    });
    expect((await mine.edit(messageId, { content: 'y', metadata: {} })).body.message.metadata).toEqual({});
    expect((await editsOf(bob, messageId)).items).toHaveLength(3);
    const stored = await node.rows(
      sql`SELECT original_metadata AS m FROM message_edit_history WHERE message_id = ${messageId} ORDER BY version`,
    );
    expect(stored).toEqual([{ m: { a: 1, b: [2] } }, { m: { a: 1, b: [2] } }, { m: { c: 3 } }]);
  });

  it('§5: made from a version that was edited since is refused, not from one that only got a reaction', async () => {
    const sent = await ann.say(id, 'one');
    const { body: first } = await mine.edit(sent.id, { content: 'two', ifVersion: sent.version });
    expect(first.message.content).toBe('two');
    const changed = expect.objectContaining({ code: 'conflict', details: [{ path: 'ifVersion', message: 'changed' }] });
    expect((await mine.edit(sent.id, { content: 'three', ifVersion: sent.version })).body).toEqual(changed);
    // Ahead of the message: made from a state that is lost.
    expect((await mine.edit(sent.id, { content: 'three', ifVersion: first.version + 9 })).body).toEqual(changed);
    // A repeat whose answer was lost.
    const repeated = await mine.edit(sent.id, { content: 'two', ifVersion: sent.version });
    expect([repeated.success, repeated.body.version]).toEqual([true, first.version]);
    await theirs.react(sent.id, { emoji: '👍' });
    const third = await mine.edit(sent.id, { content: 'three', ifVersion: first.version });
    expect([third.success, third.body.message?.content]).toEqual([true, 'three']);
    for (const ifVersion of [0, -1, 1.5, '3', null, 2 ** 53]) {
      const { body } = await mine.edit(sent.id, { content: 'four', ifVersion });
      expect([body.code, body.details?.[0]?.path]).toEqual(['validation_failed', 'ifVersion']);
    }
  });

  it('§5: of two edits at once from one version one is kept, and the other one is a conflict', async () => {
    const sent = await ann.say(id, 'one');
    const edit = (content: string) => mine.edit(sent.id, { content, ifVersion: sent.version });
    const answers = await Promise.all(['a', 'b', 'c'].map(edit));
    expect(answers.filter(({ success }) => success)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'conflict')).toHaveLength(2);
    const { body } = await bob.get(`/messages/${sent.id}`);
    expect(body).toEqual(answers.find(({ success }) => success)?.body.message);
  });

  it('§3: to the same text and metadata succeeds with the present state: no version, no history, no event', async () => {
    const socket = await bob.connect();
    const sent = await ann.say(id, 'same', { metadata: { a: 1, b: { c: 2, d: 3 } } });
    const { version } = await ann.sees(id);
    for (const body of [
      { content: 'same' },
      { content: 'same', metadata: { b: { d: 3, c: 2 }, a: 1 } },
      { content: '<b id=x>same</b>' },
    ]) {
      expect(await mine.edit(sent.id, body)).toEqual({
        success: true,
        code: null,
        body: { version: sent.version, message: sent },
      });
    }
    expect((await ann.sees(id)).version).toBe(version);
    expect((await editsOf(ann, sent.id)).items).toEqual([]);
    const probe = await ann.say(id, 'probe');
    await socket.reaches(id, probe.version);
    expect(socket.all('message:edited')).toEqual([]);
  });

  it('§4: stores the text as a send would: to the letter, without HTML', async () => {
    const { id: messageId } = await ann.say(id, 'x');
    for (const [written, stored] of [
      ['a < b, <3 and &amp; `<b>`', 'a < b, <3 and &amp; `<b>`'],
      ['a <b id=x>bold</b> word', 'a bold word'],
      ['x<script>alert(1)</script>y', 'xy'],
      ['  two  spaces\n', '  two  spaces\n'],
      ['e\u0301 👩‍👩‍👧', 'e\u0301 👩‍👩‍👧'],
      ["'; DROP TABLE messages; --", "'; DROP TABLE messages; --"],
      ['é'.repeat(5_120), 'é'.repeat(5_120)],
    ] as const) {
      expect((await mine.edit(messageId, { content: written })).body.message.content).toBe(stored);
    }
  });

  it('S4.21 §6: is for the sender alone, whatever the role of the others', async () => {
    const { id: messageId, version } = await bob.say(id, 'mine');
    expect((await mine.edit(messageId, { content: 'yours' })).code).toBe('forbidden');
    expect((await ann.get(`/messages/${messageId}`)).body).toMatchObject({ content: 'mine', version });
  });

  it('§4: what the server wrote cannot be edited, by its actor neither', async () => {
    succeeded(await ann.patch(`/conversations/${id}`, { name: `Name ${_name}` }));
    const { lastMessage } = await ann.sees(id);
    expect(lastMessage).toMatchObject({ type: 'system', senderId: ann.id });
    expect((await mine.edit(lastMessage.id, { content: 'never' })).code).toBe('forbidden');
  });

  it('§5: a deleted message is a conflict', async () => {
    const { id: messageId } = await ann.say(id, 'x');
    succeeded(await ann.delete(`/messages/${messageId}`));
    for (const content of ['y', 'x', '']) {
      expect((await mine.edit(messageId, { content })).body).toMatchObject({
        code: 'conflict',
        details: [{ path: 'message', message: 'deleted' }],
      });
    }
  });

  it('§6: in an archived conversation it is a conflict', async () => {
    const group = await aGroup(node);
    const { id: messageId } = await group.owner.say(group.id, 'x');
    succeeded(await group.owner.patch(`/conversations/${group.id}`, { isArchived: true }));
    for (const content of ['x', 'y']) {
      expect((await open(group.owner).edit(messageId, { content })).body).toMatchObject({
        code: 'conflict',
        details: [{ path: 'conversation', message: 'archived' }],
      });
    }
    succeeded(await group.owner.patch(`/conversations/${group.id}`, { isArchived: false }));
    expect((await open(group.owner).edit(messageId, { content: 'y' })).success).toBe(true);
  });

  it('G5 §3: strangers and former members get the answer for a message that does not exist', async () => {
    const group = await aGroup(node, { members: 1 });
    const [former] = group.members as [Person];
    const { id: messageId } = await former.say(group.id, 'mine');
    succeeded(await group.owner.delete(`/conversations/${group.id}/members/${former.id}`));
    const nothing = await open(former).edit(NOBODY, { content: 'y' });
    expect(nothing.code).toBe('not_found');
    expect(await open(former).edit(messageId, { content: 'y' })).toEqual(nothing);
    expect(await open(await aPerson(node)).edit(messageId, { content: 'y' })).toEqual(nothing);
    expect((await former.get(`/messages/${messageId}/edits`)).status).toBe(404);
    succeeded(await group.owner.post(`/conversations/${group.id}/members`, { memberIds: [former.id] }));
    expect((await open(former).edit(messageId, { content: 'y' })).success).toBe(true);
  });

  describe('bad input', () => {
    let messageId: string;
    beforeAll(async () => {
      messageId = (await ann.say(id, 'good', { metadata: { a: 1 } })).id;
    });

    it.each<[string, object, string]>([
      ['nothing', {}, 'validation_failed'],
      ['metadata alone', { metadata: {} }, 'validation_failed'],
      ['a number', { content: 5 }, 'validation_failed'],
      ['null', { content: null }, 'validation_failed'],
      ['a list', { content: ['x'] }, 'validation_failed'],
      ['an object', { content: { x: 1 } }, 'validation_failed'],
      ['an empty text', { content: '' }, 'validation_failed'],
      ['a blank text', { content: ' \n\u200B\u2800' }, 'validation_failed'],
      ['nothing but HTML', { content: '<img src=x onerror=alert(1)>' }, 'validation_failed'],
      ['NUL', { content: 'a\0b' }, 'validation_failed'],
      ['half a surrogate pair', { content: 'a\uD83D' }, 'validation_failed'],
      ['10,241 bytes', { content: `${'é'.repeat(5_120)}x` }, 'content_too_long'],
      ['metadata: null', { content: 'x', metadata: null }, 'validation_failed'],
      ['metadata: a list', { content: 'x', metadata: [] }, 'validation_failed'],
      ['metadata: text', { content: 'x', metadata: 'x' }, 'validation_failed'],
      ['metadata: NUL', { content: 'x', metadata: { a: 'x\0' } }, 'validation_failed'],
      ['metadata: half a pair', { content: 'x', metadata: { '\uDC00': 1 } }, 'validation_failed'],
      ['metadata: 33 levels', { content: 'x', metadata: nested(33) }, 'validation_failed'],
      ['metadata: 102,401 bytes', { content: 'x', metadata: { a: 'x'.repeat(102_393) } }, 'too_large'],
      ['a type', { content: 'x', type: 'data' }, 'validation_failed'],
      ['a sender', { content: 'x', senderId: NOBODY }, 'validation_failed'],
      ['a reply', { content: 'x', replyToId: NOBODY }, 'validation_failed'],
      ['an unknown key', { content: 'x', role: 'owner' }, 'validation_failed'],
    ])('A63 §3: %s is refused, and nothing changes', async (_what, body, code) => {
      const before = (await ann.get(`/messages/${messageId}`)).body;
      const { version } = await ann.sees(id);
      expect((await mine.edit(messageId, body)).code).toBe(code);
      expect((await ann.get(`/messages/${messageId}`)).body).toEqual(before);
      expect((await ann.sees(id)).version).toBe(version);
    });

    it.each(['x', '1', `${NOBODY}0`, 'null'])('§3: %j is no id of a message', async (bad) => {
      expect((await mine.edit(bad, { content: 'x' })).code).toBe('validation_failed');
    });

    it('§3: an id that nothing has is not found', async () => {
      expect((await mine.edit(NOBODY, { content: 'x' })).code).toBe('not_found');
    });
  });

  it('S2.12 §4: in a direct conversation each edits their own', async () => {
    const [one, other] = (await people(node, 2)) as [Person, Person];
    const direct = await directOf(one, other);
    const { id: messageId } = await one.say(direct, 'x');
    expect((await open(other).edit(messageId, { content: 'y' })).code).toBe('forbidden');
    expect((await open(one).edit(messageId, { content: 'y' })).body.message.content).toBe('y');
  });
});

describe('data messages', () => {
  it.each(TRANSPORTS)(
    'S4.15 S4.17: carry up to 100 KB, may have no text, and are edited over %s',
    async (_name, open) => {
      const { id, owner } = await aGroup(node);
      const metadata = { rows: range(1, 20_000).map(() => 1.5), pad: '' };
      metadata.pad = 'x'.repeat(102_400 - JSON.stringify(metadata).length);
      const sent = await owner.say(id, '', { type: 'data', metadata });
      expect(sent).toMatchObject({ type: 'data', content: '', metadata });
      const changed = { ...metadata, pad: metadata.pad.replace('x', 'y') };
      const { body } = await open(owner).edit(sent.id, { content: '', metadata: changed });
      expect(body.message).toEqual({
        ...sent,
        metadata: changed,
        editedAt: body.message.editedAt,
        version: sent.version + 1,
      });
      const more = { ...changed, pad: `${changed.pad}x` };
      expect((await open(owner).edit(sent.id, { content: '', metadata: more })).code).toBe('too_large');
    },
  );

  it('A63: binary data in an edit’s metadata is refused as in any command', async () => {
    const { id, owner } = await aGroup(node);
    const socket = await owner.connect();
    const { messageId } = await socket.say(id, 'x');
    for (const metadata of [
      Buffer.from('x'),
      Buffer.alloc(0),
      { a: Buffer.from('x') },
      { a: [{ b: new Uint8Array(3) }] },
    ]) {
      const ack = await socket.ask('message:edit', { messageId, content: 'y', metadata });
      expect(ack.error?.code).toBe('validation_failed');
    }
  });
});

describe('mentions in an edit', () => {
  const mentionsOf = (messageId: string) =>
    node.rows<{ user_id: string }>(
      sql`SELECT n.user_id FROM mentions n JOIN messages m ON m.conversation_id = n.conversation_id AND m.seq = n.seq
           WHERE m.id = ${messageId}`,
    );

  it('S4.16 §4: are found anew among the present members, listed as added and removed, and counted', async () => {
    const { id, owner, members } = await aGroup(node, { members: 3 });
    const [bob, eve, gone] = members as [Person, Person, Person];
    const stranger = await aPerson(node);
    succeeded(await owner.delete(`/conversations/${id}/members/${gone.id}`));
    const socket = await eve.connect();
    const sent = await owner.say(id, `@${bob.username} look`);
    expect([(await bob.sees(id)).mentionCount, (await eve.sees(id)).mentionCount]).toEqual([1, 0]);
    const names = [eve, gone, stranger].map(({ username }) => `@${username.toUpperCase()}`).join(' ');
    const edited = succeeded(await owner.patch(`/messages/${sent.id}`, { content: `${names} \`@${bob.username}\`` }));
    expect(edited.mentions).toEqual([eve.id]);
    expect(await socket.first('message:edited')).toMatchObject({ mentionsAdded: [eve.id], mentionsRemoved: [bob.id] });
    expect([(await bob.sees(id)).mentionCount, (await eve.sees(id)).mentionCount]).toEqual([0, 1]);
    expect(await mentionsOf(sent.id)).toEqual([{ user_id: eve.id }]);
    const both = succeeded(await owner.patch(`/messages/${sent.id}`, { content: `@${eve.username} @${bob.username}` }));
    expect(both.mentions).toEqual([eve.id, bob.id]);
    await socket.reaches(id, both.version);
    expect(socket.all('message:edited')[1]).toMatchObject({ mentionsAdded: [bob.id], mentionsRemoved: [] });
    expect(await mentionsOf(sent.id)).toHaveLength(2);
    succeeded(await owner.patch(`/messages/${sent.id}`, { content: 'nobody' }));
    expect(await mentionsOf(sent.id)).toEqual([]);
  });

  it('G6: one that is added to a message that is read already is not counted as new', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const { id: messageId } = await owner.say(id, 'x');
    succeeded(await bob.post(`/conversations/${id}/read`, { seq: 1 }));
    expect(succeeded(await owner.patch(`/messages/${messageId}`, { content: `@${bob.username}` })).mentions).toEqual([
      bob.id,
    ]);
    expect((await bob.sees(id)).mentionCount).toBe(0);
  });

  it('A48: of a text that names many, the first hundred names count', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const names = range(1, 99).map((i) => `@nobody-${i}`);
    const { id: messageId } = await owner.say(id, 'x');
    const edit = async (content: string) =>
      succeeded(await owner.patch(`/messages/${messageId}`, { content })).mentions;
    expect(await edit([...names, `@${bob.username}`].join(' '))).toEqual([bob.id]);
    expect(await edit([...names, '@nobody-100', `@${bob.username}`].join(' '))).toEqual([]);
  });
});

describe('the excerpt of a reply', () => {
  const flag = '🇩🇪';

  it('§4: is cut from the present text of the quoted message, between graphemes, and changes no version', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const quoted = await owner.say(id, `${flag.repeat(150)} the original`);
    const reply = await owner.say(id, 'a reply', { replyToId: quoted.id });
    const toReply = await bob.say(id, 'a reply to it', { replyToId: reply.id });
    expect(reply.replyTo.excerpt).toBe(flag.repeat(140));
    expect(toReply.replyTo.excerpt).toBe('a reply');
    const since = { version: quoted.version, receipts: 0 };
    succeeded(await owner.patch(`/messages/${quoted.id}`, { content: `${'x'.repeat(139)}\r\nand more` }));
    const now = { ...reply, replyTo: { ...reply.replyTo, excerpt: `${'x'.repeat(139)}\r\n` } };
    const wanted = [now, toReply];
    const page = succeeded(await bob.get(`/conversations/${id}/messages?after=${quoted.seq}`)).items;
    expect(page).toEqual(wanted.map((each) => expect.objectContaining({ ...each, status: expect.any(String) })));
    expect(succeeded(await bob.get(`/messages/${reply.id}`)).replyTo).toEqual(now.replyTo);
    const { conversations } = succeeded(await owner.post('/sync', { conversations: { [id]: since } }));
    expect(conversations[id].messages).toContainEqual({ ...now, status: 'read' });
    const list = await owner.say(id, 'the last', { replyToId: quoted.id });
    expect((await owner.sees(id)).lastMessage.replyTo).toEqual(list.replyTo);
    expect(list.replyTo).toEqual(now.replyTo);
    expect(succeeded(await owner.patch(`/messages/${reply.id}`, { content: 'edited' })).replyTo).toEqual(now.replyTo);
  });

  it('§4: is stored nowhere, so that neither edited nor deleted words stay in the database', async () => {
    const { id, owner } = await aGroup(node);
    const quoted = await owner.say(id, 'words to be taken back');
    const reply = await owner.say(id, 'a reply', { replyToId: quoted.id });
    await owner.say(id, 'edit me', { replyToId: reply.id });
    succeeded(await owner.delete(`/messages/${quoted.id}`));
    const rows = await node.rows<{ m: string }>(sql`SELECT m::text AS m FROM messages m WHERE conversation_id = ${id}`);
    expect(rows).toHaveLength(3);
    expect(JSON.stringify(rows)).not.toContain('words to be taken back');
  });

  it('§4: stays exact where what is quoted has graphemes of many code points', async () => {
    const { id, owner } = await aGroup(node);
    for (const sign of ['👨‍👩‍👧‍👦', 'e\u0301', `a${'\u0301'.repeat(25)}`, '\r\n', 'क्षि', '한']) {
      const quoted = await owner.say(id, `.${sign.repeat(145)}`);
      const reply = await owner.say(id, 'x', { replyToId: quoted.id });
      expect([sign, reply.replyTo.excerpt]).toEqual([sign, `.${sign.repeat(139)}`]);
      expect(succeeded(await owner.get(`/messages/${reply.id}`)).replyTo.excerpt).toBe(reply.replyTo.excerpt);
    }
  });
});

describe('the window', () => {
  it('S4.21: is fifteen minutes, by the database’s clock', async () => {
    const { id, owner } = await aGroup(node);
    const { id: messageId } = await owner.say(id, 'x');
    await age(messageId, 870);
    succeeded(await owner.patch(`/messages/${messageId}`, { content: 'y' }));
    await age(messageId, 31);
    for (const [, open] of TRANSPORTS) {
      expect((await open(owner).edit(messageId, { content: 'z' })).code).toBe('forbidden');
      // A repeat whose answer was lost finds its result there.
      expect((await open(owner).edit(messageId, { content: 'y' })).success).toBe(true);
    }
    expect((await editsOf(owner, messageId)).items).toHaveLength(1);
    expect((await owner.get(`/messages/${messageId}`)).body.content).toBe('y');
  });

  it.each([
    ['60', 3_500, true],
    ['1', 61, false],
    ['0', 0, false],
  ])('S4.21: of %s minutes: %i seconds later an edit succeeds: %s', async (minutes, seconds, success) => {
    const other = await startNode({ EDIT_WINDOW_MINUTES: minutes });
    try {
      const { id, owner } = await aGroup(other);
      const { id: messageId } = await owner.say(id, 'x');
      await other.rows(
        sql`UPDATE messages SET created_at = created_at - ${seconds} * interval '1 second' WHERE id = ${messageId}`,
      );
      expect((await owner.patch(`/messages/${messageId}`, { content: 'y' })).status).toBe(success ? 200 : 403);
      expect((await owner.delete(`/messages/${messageId}`)).status).toBe(200);
    } finally {
      await other.close();
    }
  });

  it('§4: a lowered limit for texts holds for edits too', async () => {
    const other = await startNode({ MAX_CONTENT_BYTES: '10' });
    try {
      const { id, owner } = await aGroup(other);
      const { id: messageId } = await owner.say(id, 'x');
      const refused = await owner.patch(`/messages/${messageId}`, { content: 'x'.repeat(11) });
      expect([refused.status, refused.body.error.code]).toEqual([413, 'content_too_long']);
      succeeded(await owner.patch(`/messages/${messageId}`, { content: 'x'.repeat(10) }));
    } finally {
      await other.close();
    }
  });
});

describe('the edit history', () => {
  it('S4.3: comes in pages, the oldest first, for every member', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const { id: messageId } = await owner.say(id, '0');
    for (const i of range(1, 7)) succeeded(await owner.patch(`/messages/${messageId}`, { content: `${i}` }));
    const seen: string[] = [];
    let query = '?limit=3';
    for (const more of [true, true, false]) {
      const { items, nextCursor, hasMore, users } = await editsOf(bob, messageId, query);
      seen.push(...items.map((each: { originalContent: string }) => each.originalContent));
      expect([hasMore, nextCursor !== null]).toEqual([more, more]);
      expect(users).toHaveLength(1);
      query = `?limit=3&cursor=${nextCursor}`;
    }
    expect(seen).toEqual(range(0, 6).map(String));
  });

  it('§3: an answer ends at 512 KB, and the next one goes on', async () => {
    const { id, owner } = await aGroup(node);
    const { id: messageId } = await owner.say(id, '\u0001'.repeat(10_239) + 0);
    for (const i of range(1, 12))
      succeeded(await owner.patch(`/messages/${messageId}`, { content: '\u0001'.repeat(10_238) + (10 + i) }));
    const first = await editsOf(owner, messageId);
    expect(first.items).toHaveLength(8);
    expect(first.hasMore).toBe(true);
    const rest = await editsOf(owner, messageId, `?cursor=${first.nextCursor}`);
    expect([rest.items.length, rest.hasMore]).toEqual([4, false]);
  });

  it('§3: no more texts are read than an answer holds, and whoever goes on misses none', async () => {
    const { id, owner } = await aGroup(node);
    const sent = await owner.say(id, 'x');
    await node.rows(sql`
      INSERT INTO message_edit_history
             (conversation_id, seq, message_id, version, original_content, original_metadata, edited_by, edited_at)
      SELECT ${id}, ${sent.seq}, ${sent.id}, ${sent.version} + i, i || repeat('ä', 5000), '{}', ${owner.id}, now()
        FROM generate_series(1, 120) AS i`);
    const repository = node.node.app.get(MessageTextRepository);
    const edits = jest.spyOn(repository, 'originals');
    const seen: number[] = [];
    for (let cursor = ''; cursor !== null; ) {
      const { items, nextCursor } = await editsOf(owner, sent.id, `?limit=100${cursor && `&cursor=${cursor}`}`);
      seen.push(...items.map((each: { originalContent: string }) => Number.parseInt(each.originalContent, 10)));
      cursor = nextCursor;
    }
    expect(seen).toEqual(range(1, 120));
    const read = (await Promise.all(edits.mock.results.map(({ value }) => value))) as { rows: object[] }[];
    edits.mockRestore();
    expect(read).toHaveLength(3);
    for (const { rows } of read)
      expect(Buffer.byteLength(JSON.stringify(rows))).toBeLessThanOrEqual(LIMITS.answerBytes);
  });

  it('§3: of a deleted message is empty', async () => {
    const { id, owner } = await aGroup(node);
    const { id: messageId } = await owner.say(id, 'secret');
    succeeded(await owner.patch(`/messages/${messageId}`, { content: 'x' }));
    succeeded(await owner.delete(`/messages/${messageId}`));
    expect(await editsOf(owner, messageId)).toEqual({ items: [], nextCursor: null, hasMore: false, users: [] });
  });

  it('§3: refuses strangers, unknown messages and what is no cursor of it', async () => {
    const { id, owner } = await aGroup(node);
    const [one, other] = [await owner.say(id, 'a'), await owner.say(id, 'b')];
    for (const content of ['x', 'y']) succeeded(await owner.patch(`/messages/${one.id}`, { content }));
    const { nextCursor } = await editsOf(owner, one.id, '?limit=1');
    const statuses = async (who: Person, ...paths: string[]) =>
      Promise.all(paths.map(async (path) => (await who.get(path)).status));
    expect(
      await statuses(
        owner,
        `/messages/${one.id}/edits?cursor=${nextCursor}`,
        `/messages/${other.id}/edits?cursor=${nextCursor}`,
        `/messages/${one.id}/edits?cursor=x`,
        `/messages/${one.id}/edits?limit=0`,
        `/messages/${one.id}/edits?limit=101`,
        `/messages/${one.id}/edits?before=1`,
        '/messages/x/edits',
        `/messages/${NOBODY}/edits`,
      ),
    ).toEqual([200, 400, 400, 400, 400, 400, 400, 404]);
    expect(await statuses(await aPerson(node), `/messages/${one.id}/edits`)).toEqual([404]);
  });
});
