import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { CONFIG } from '../src/config/config.js';
import { startNode, type TestNode } from './node.js';
import {
  type Answer,
  aGroup,
  aPerson,
  directOf,
  type Group,
  groupOf,
  NOBODY,
  type Person,
  people,
  succeeded,
} from './people.js';
import type { TestSocket } from './test-socket.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const storedIn = (conversationId: string) =>
  node.rows<{ id: string; seq: string; content: string; payload: unknown; version: string }>(
    sql`SELECT * FROM messages WHERE conversation_id = ${conversationId} ORDER BY seq`,
  );
const send = (who: Person, conversationId: string, body: unknown): Promise<Answer> =>
  who.post(`/conversations/${conversationId}/messages`, body);

describe('sending', () => {
  it('S2.27 §3: over REST answers 201 with the message as it is stored', async () => {
    const { id, owner, members } = await aGroup(node);
    const clientMessageId = randomUUID();
    const { status, body, headers } = await send(owner, id, { content: 'hello', clientMessageId });
    expect(status).toBe(201);
    expect(headers.get('parley-duplicate')).toBeNull();
    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      conversationId: id,
      seq: 1,
      clientMessageId,
      senderId: owner.id,
      senderType: 'user',
      type: 'text',
      content: 'hello',
      metadata: {},
      mentions: [],
      replyTo: null,
      reactions: [],
      status: 'sent',
      createdAt: expect.stringMatching(TIME),
      editedAt: null,
      deletedAt: null,
      isDeleted: false,
      version: 2,
    });
    expect((await (members[0] as Person).get(`/messages/${body.id}`)).body).toEqual(body);
  });

  it('S2.4 S2.27 S2.28 S2.29 G1: over a socket it is stored before the ack, new to every socket and sent to the sender’s, once each', async () => {
    const { id, owner, members } = await aGroup(node);
    const [mine, myOther, theirs] = await Promise.all([
      owner.connect(),
      owner.connect(),
      (members[0] as Person).connect(),
    ]);
    const clientMessageId = randomUUID();
    const ack = await mine.ask('message:send', {
      conversationId: id,
      content: 'hello',
      clientMessageId,
      metadata: { a: 1 },
    });
    const { message } = ack;
    expect(await storedIn(id)).toMatchObject([{ id: message.id, content: 'hello' }]);
    expect(ack).toEqual({
      success: true,
      messageId: message.id,
      clientMessageId,
      seq: 1,
      version: 2,
      createdAt: message.createdAt,
      duplicate: false,
      message: expect.objectContaining({
        id: message.id,
        content: 'hello',
        metadata: { a: 1 },
        seq: 1,
        version: 2,
        clientMessageId,
      }),
    });
    const probe = await owner.say(id, 'probe');
    for (const socket of [mine, myOther, theirs]) {
      await socket.reaches(id, probe.version);
      expect(socket.durable(id)).toEqual([
        { name: 'message:new', payload: { conversationId: id, version: 2, actorId: owner.id, message } },
        { name: 'message:new', payload: { conversationId: id, version: 3, actorId: owner.id, message: probe } },
      ]);
    }
    for (const socket of [mine, myOther]) {
      await socket.first('message:sent', ({ seq }) => seq === 2);
      expect(socket.all('message:sent')).toEqual([
        { id: message.id, clientMessageId, conversationId: id, seq: 1, status: 'sent' },
        { id: probe.id, clientMessageId: probe.clientMessageId, conversationId: id, seq: 2, status: 'sent' },
      ]);
    }
    expect(theirs.all('message:sent')).toEqual([]);
  });

  it('S2.32: the conversation’s updatedAt is the time of the message; its type is text by default', async () => {
    const { id, owner } = await aGroup(node);
    for (const type of [undefined, 'text', 'data', 'image', 'file']) {
      const message = await owner.say(id, 'x', { type });
      expect(message.type).toBe(type ?? 'text');
      expect(await owner.sees(id)).toMatchObject({ updatedAt: message.createdAt, lastMessage: { id: message.id } });
    }
  });

  it('§4: content may be empty for images, files and data, and for nothing else', async () => {
    const { id, owner } = await aGroup(node);
    for (const type of ['data', 'image', 'file'])
      expect((await send(owner, id, { content: '', type })).status).toBe(201);
    expect((await send(owner, id, { content: '' })).status).toBe(400);
    expect((await send(owner, id, { type: 'data' })).body.error.details[0].path).toBe('content');
  });

  it('G3: createdAt never goes back along seq, even where the clock did', async () => {
    const { id, owner } = await aGroup(node);
    await node.rows(sql`UPDATE conversations SET updated_at = '2126-01-01T00:00:00Z' WHERE id = ${id}`);
    const [one, two] = [await owner.say(id, 'one'), await owner.say(id, 'two')];
    expect([one.createdAt, two.createdAt]).toEqual(['2126-01-01T00:00:00.000Z', '2126-01-01T00:00:00.000Z']);
    expect((await owner.patch(`/conversations/${id}`, { name: 'New' })).body.updatedAt).toBe(
      '2126-01-01T00:00:00.000Z',
    );
  });
});

describe('what is written is stored to the letter', () => {
  let group: Group;
  let socket: TestSocket;

  beforeAll(async () => {
    group = await aGroup(node);
    socket = await (group.members[0] as Person).connect();
  });

  it.each([
    'a < b',
    'a<b and c>d',
    '<3',
    '<http://example.org>',
    '<nick> hi',
    '&amp; &lt;b&gt;',
    'use a <style> tag, <b>bold</b> and std::vector<object>',
    '<unconvertable> and <tab>',
    '`<b>bold</b>` in code',
    '```\n<script>alert(1)</script>\n```',
    '  spaces kept  \n\n',
    'a\ufeffBOM, \u202eright to left, zero\u200bwidth, e\u0301 and é',
    '\u0001\u001b[31m\u007f\u0085\ufffe',
    '\\u0000 \\ud800 %00 \\0',
    "'; DROP TABLE messages; --",
    '👩‍👩‍👧‍👦 𝒳 \u{10ffff}',
    `a${'\u0301'.repeat(1000)}`,
    '{"__proto__":{"x":1}}',
  ])('A49 A62 %j comes back as it is, by ack, event and page', async (content) => {
    const { owner, id } = group;
    const message = await owner.say(id, content);
    expect(message.content).toBe(content);
    expect((await socket.first('message:new', ({ version }) => version === message.version)).message.content).toBe(
      content,
    );
    expect((await owner.get(`/messages/${message.id}`)).body.content).toBe(content);
    expect((await storedIn(id)).at(-1)?.content).toBe(content);
  });

  it.each([
    ['<b id=x>bold</b> text', 'bold text'],
    ['hi <img src=x onerror=alert(1)> there', 'hi  there'],
    ['<script>alert(1)</script>after', 'after'],
    ['<a href="javascript:x">link</a> & <i>more</i>', 'link & <i>more</i>'],
    ['<svg onload=x>y', 'y'],
    ['<scr<b id=x>ipt>x</b>', '<script>x'],
  ])('S0.26 A41 HTML is removed from %j', async (content, expected) => {
    const message = await group.owner.say(group.id, content);
    expect(message.content).toBe(expected);
    expect((await storedIn(group.id)).at(-1)?.content).toBe(expected);
  });

  it('§4: 10,240 bytes of UTF-8 are taken, in one character or many', async () => {
    for (const content of ['x'.repeat(10_240), 'é'.repeat(5_120), '€'.repeat(3_413) + 'x', '😀'.repeat(2_560)]) {
      expect((await group.owner.say(group.id, content)).content).toBe(content);
    }
  });

  it('§4: numbers are counted as the database writes them, exactly', async () => {
    const numbers = [
      1e300, -1.25e21, 1.5e-7, 5e-324, 1e21, 123456789e-20, -2.5e-10, 1e-7, 1.7976931348623157e308, 0.5, -0, 7,
    ];
    const message = await group.owner.say(group.id, 'ä', { metadata: { numbers } });
    const [row] = await node.rows<{ counted: number; written: number }>(
      sql`SELECT stored_bytes AS counted, octet_length(content) + octet_length(replace(metadata::text, ' ', '')) AS written
            FROM messages WHERE id = ${message.id}`,
    );
    expect(row?.counted).toBe(row?.written);
    succeeded(await group.owner.patch(`/messages/${message.id}`, { content: 'b', metadata: { a: [1e30] } }));
    const [edited] = await node.rows<{ counted: number }>(
      sql`SELECT stored_bytes AS counted FROM messages WHERE id = ${message.id}`,
    );
    expect(edited?.counted).toBe('b'.length + '{"a":[1000000000000000000000000000000]}'.length);
  });

  it('§4: metadata comes back as it was sent, up to 102,400 bytes and 32 levels', async () => {
    const nested = JSON.parse(`${'{"a":'.repeat(31)}{}${'}'.repeat(31)}`);
    const full = { blob: 'x'.repeat(LIMITS.metadataBytes - 11) };
    expect(JSON.stringify(full)).toHaveLength(LIMITS.metadataBytes);
    const strange = JSON.parse(
      '{"__proto__":{"x":1},"constructor":[null],"":"\\\\u0000","n":1e300,"é":"\ud83d\ude00"}',
    );
    for (const metadata of [{}, nested, full, strange, { deep: [[[{}]]] }]) {
      const message = await group.owner.say(group.id, 'x', { metadata });
      expect(JSON.stringify(message.metadata)).toBe(JSON.stringify(metadata));
      const read = (await group.owner.get(`/messages/${message.id}`)).body.metadata;
      expect(read).toEqual(metadata);
      expect(Object.keys(read).sort()).toEqual(Object.keys(metadata).sort());
    }
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

const wrong: [string, unknown, string, string][] = [
  ['empty content', { content: '' }, 'validation_failed', 'content'],
  ['white space only', { content: ' \t\r\n\u00a0\u2003' }, 'validation_failed', 'content'],
  ['zero-width only', { content: '\u200b\u200c\u200d\ufeff\u2060\u00ad' }, 'validation_failed', 'content'],
  ['nothing left of HTML', { content: '<b id=x></b> <img src=x>' }, 'validation_failed', 'content'],
  ['10 KB and one byte', { content: 'x'.repeat(10_241) }, 'content_too_long', 'content'],
  ['10 KB and one byte in two-byte characters', { content: `${'é'.repeat(5_120)}x` }, 'content_too_long', 'content'],
  ['NUL', { content: 'a\u0000b' }, 'validation_failed', 'content'],
  ['half a surrogate pair', { content: 'a\ud800b' }, 'validation_failed', 'content'],
  ['the other half', { content: '\udc00' }, 'validation_failed', 'content'],
  ['no content', {}, 'validation_failed', 'content'],
  ['content null', { content: null }, 'validation_failed', 'content'],
  ['content that is a number', { content: 5 }, 'validation_failed', 'content'],
  ['content that is a list', { content: ['x'] }, 'validation_failed', 'content'],
  ['content that is an object', { content: { toString: 'x' } }, 'validation_failed', 'content'],
  ['type system', { content: 'x', type: 'system' }, 'validation_failed', 'type'],
  ['a type that is none', { content: 'x', type: 'room' }, 'validation_failed', 'type'],
  ['a malformed clientMessageId', { content: 'x', clientMessageId: 'abc' }, 'validation_failed', 'clientMessageId'],
  ['a clientMessageId that is a number', { content: 'x', clientMessageId: 5 }, 'validation_failed', 'clientMessageId'],
  ['a malformed replyToId', { content: 'x', replyToId: '5' }, 'validation_failed', 'replyToId'],
  ['a reply to nothing', { content: 'x', replyToId: NOBODY }, 'validation_failed', 'replyToId'],
  ['metadata that is a list', { content: 'x', metadata: [] }, 'validation_failed', 'metadata'],
  ['metadata that is text', { content: 'x', metadata: '{}' }, 'validation_failed', 'metadata'],
  [
    'metadata of 100 KB and a byte',
    { content: 'x', metadata: { blob: 'x'.repeat(LIMITS.metadataBytes - 10) } },
    'too_large',
    'metadata',
  ],
  [
    'metadata of 33 levels',
    { content: 'x', metadata: JSON.parse(`${'{"a":'.repeat(32)}{}${'}'.repeat(32)}`) },
    'validation_failed',
    'metadata',
  ],
  ['an empty fence', { content: '```\n```' }, 'validation_failed', 'content'],
  ['an empty fence of a language, in a quote', { content: '> ```js\n> ```' }, 'validation_failed', 'content'],
  ['fences with nothing that is seen', { content: '```\n\u200b\n```\n\n```\n```' }, 'validation_failed', 'content'],
  ['a quote of nothing', { content: '> ' }, 'validation_failed', 'content'],
  ['code of a space', { content: '` `' }, 'validation_failed', 'content'],
  ['signs around nothing that is seen', { content: '**\u200b** _~~\u3164~~_' }, 'validation_failed', 'content'],
  ['a link without words', { content: '[\u200b](https://example.org)' }, 'validation_failed', 'content'],
  [
    'numbers that are stored in more bytes than they are sent in',
    { content: 'x', metadata: { n: Array(350).fill(1e300) } },
    'too_large',
    'metadata',
  ],
  ['small numbers likewise', { content: 'x', metadata: { n: Array(340).fill(-1.5e-300) } }, 'too_large', 'metadata'],
  ['NUL in metadata', { content: 'x', metadata: { a: ['\u0000'] } }, 'validation_failed', 'metadata'],
  ['NUL in a name of metadata', { content: 'x', metadata: { 'a\u0000': 1 } }, 'validation_failed', 'metadata'],
  ['half a pair in metadata', { content: 'x', metadata: { a: { b: '\ud800' } } }, 'validation_failed', 'metadata'],
  ['an unknown key', { content: 'x', colour: 'red' }, 'validation_failed', 'colour'],
  ['a senderId', { content: 'x', senderId: NOBODY }, 'validation_failed', 'senderId'],
  ['a senderType', { content: 'x', senderType: 'system' }, 'validation_failed', 'senderType'],
  ['a seq', { content: 'x', seq: 1 }, 'validation_failed', 'seq'],
  ['an id', { content: 'x', id: NOBODY }, 'validation_failed', 'id'],
  ['a createdAt', { content: 'x', createdAt: '2020-01-01T00:00:00Z' }, 'validation_failed', 'createdAt'],
  ['mentions', { content: 'x', mentions: [NOBODY] }, 'validation_failed', 'mentions'],
  ['__proto__', JSON.parse('{"content":"x","__proto__":{"senderId":1}}'), 'validation_failed', '__proto__'],
];

describe('what is refused', () => {
  let group: Group;
  let socket: TestSocket;

  beforeAll(async () => {
    group = await aGroup(node);
    socket = await group.owner.connect();
  });

  it.each(wrong)(
    'A32 A33 A49 S1.24 %s, on both transports, with the clientMessageId in the error and nothing stored',
    async (_what, body, code, path) => {
      const before = await group.owner.sees(group.id);
      const known = randomUUID();
      const given = body as { clientMessageId?: unknown };
      for (const clientMessageId of 'clientMessageId' in given ? [given.clientMessageId] : [known, undefined]) {
        const full = Object.assign(
          JSON.parse(JSON.stringify(body)),
          clientMessageId === undefined ? {} : { clientMessageId },
        );
        const text = JSON.stringify(full);
        const errors = [
          (await send(group.owner, group.id, text)).body.error,
          (await socket.ask('message:send', { ...JSON.parse(text), conversationId: group.id })).error,
          (
            await group.owner.post(
              '/messages/send',
              `${text.slice(0, -1)}${text === '{}' ? '' : ','}"conversationId":"${group.id}"}`,
            )
          ).body.error,
        ];
        for (const error of errors) {
          expect(error).toMatchObject({ code, retryable: false, requestId: expect.stringMatching(UUID) });
          expect(error.details[0].path).toBe(path);
          expect(error.clientMessageId).toEqual(clientMessageId === known ? known : expect.stringMatching(UUID));
        }
      }
      expect(await group.owner.sees(group.id)).toEqual(before);
    },
  );

  it('G2: every refusal of a send has an id to repeat under, whatever is refused', async () => {
    const { owner, id } = group;
    const mallory = await aPerson(node);
    const strangers = await mallory.connect();
    const clientMessageId = randomUUID();
    const body = { content: 'x', clientMessageId };
    const errors = [
      (await send(mallory, id, body)).body.error,
      (await send(owner, NOBODY, body)).body.error,
      (await send(owner, 'not-an-id', body)).body.error,
      (await owner.post('/messages/send', body)).body.error,
      (await owner.post('/messages/send', { ...body, receiverId: NOBODY, conversationId: id })).body.error,
      (await owner.post('/messages/send', { ...body, receiverId: 'x' })).body.error,
      (await owner.post('/messages/send', { ...body, receiverId: NOBODY })).body.error,
      (await owner.post('/messages/send', { ...body, receiverId: owner.id })).body.error,
      (await owner.post('/messages/send', { ...body, receiverId: mallory.id, content: ' ' })).body.error,
      (await strangers.ask('message:send', { ...body, conversationId: id })).error,
      (await socket.ask('message:send', { ...body, conversationId: NOBODY })).error,
      (await socket.ask('message:send', { ...body, conversationId: 'not-an-id' })).error,
      (await socket.ask('message:send', { ...body })).error,
    ];
    expect(errors.map((error) => [error?.code, error?.clientMessageId])).toEqual(
      [
        'not_found',
        'not_found',
        ...Array.from({ length: 7 }, () => 'validation_failed'),
        'not_found',
        'not_found',
        'validation_failed',
        'validation_failed',
      ].map((code) => [code, clientMessageId]),
    );
    const none = [
      (await socket.ask('message:send', { ...body, conversationId: id }, 'more')).error,
      (await socket.ask('message:send')).error,
      (await socket.ask('message:send', 'text')).error,
      (await send(owner, id, [])).body.error,
    ];
    for (const error of none)
      expect(error).toMatchObject({ code: 'validation_failed', clientMessageId: expect.stringMatching(UUID) });
  });

  it('§3: text over its limit names the limit', async () => {
    const { error } = (await send(group.owner, group.id, { content: 'x'.repeat(10_241) })).body;
    expect(error).toMatchObject({ code: 'content_too_long', message: expect.stringContaining('10240') });
  });
});

describe('replies', () => {
  it('§4: quote what is answered, as it was: id, seq, sender and the beginning of its text', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const long = `${'😀'.repeat(139)}x and the rest`;
    const quoted = await owner.say(id, long);
    const reply = await bob.say(id, 'indeed', { replyToId: quoted.id.toUpperCase() });
    expect(reply.replyTo).toEqual({ id: quoted.id, seq: 1, senderId: owner.id, excerpt: `${'😀'.repeat(139)}x` });
    const page = (await owner.get(`/conversations/${id}/messages?after=1`)).body;
    expect(page.items).toEqual([reply]);
    expect(page.users.map((user: { id: string }) => user.id).sort()).toEqual([owner.id, bob.id].sort());
    expect((await owner.say(id, 'plain')).replyTo).toBeNull();
  });

  it('§3: a message of another conversation, one’s own too, cannot be answered here', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const [here, there] = [await groupOf(ann, [bob]), await directOf(ann, bob)];
    const elsewhere = await ann.say(there, 'elsewhere');
    const { status, body } = await send(ann, here, { content: 'x', replyToId: elsewhere.id });
    expect([status, body.error.code, body.error.details[0].path]).toEqual([400, 'validation_failed', 'replyToId']);
    expect(await storedIn(here)).toEqual([]);
  });

  it('§4: the text of a deleted message is shown nowhere, even where its row still has it', async () => {
    const { id, owner } = await aGroup(node);
    const message = await owner.say(id, 'gone');
    await node.rows(sql`UPDATE messages SET deleted_at = now() WHERE id = ${message.id}`);
    const reply = await owner.say(id, 'x', { replyToId: message.id });
    expect(reply.replyTo.excerpt).toBe('');
    expect((await owner.get(`/messages/${reply.id}`)).body.replyTo.excerpt).toBe('');
    expect((await owner.get(`/messages/${message.id}`)).body).toMatchObject({
      content: '',
      isDeleted: true,
      metadata: {},
      mentions: [],
    });
  });
});

describe('mentions', () => {
  it('S4.16 §4: are the present members named outside code, without case, each once', async () => {
    const { id, owner, members } = await aGroup(node, { members: 3 });
    const [bob, eve, gone] = members as [Person, Person, Person];
    const stranger = await aPerson(node);
    succeeded(await owner.delete(`/conversations/${id}/members/${gone.id}`));
    const text = `@${bob.username.toUpperCase()}, @${bob.username}: \`@${eve.username}\` @${gone.username} @${stranger.username} @nobody x@${eve.username}`;
    const message = await owner.say(id, text);
    expect(message.mentions).toEqual([bob.id]);
    expect((await bob.sees(id)).mentionCount).toBe(1);
    expect((await eve.sees(id)).mentionCount).toBe(0);
    expect((await bob.get('/messages/unread')).body.items).toEqual([
      { conversationId: id, unreadCount: 1, mentionCount: 1 },
    ]);
    const all = await bob.say(id, `@${owner.username} @${eve.username} @${bob.username}`);
    expect(all.mentions.toSorted()).toEqual([owner.id, eve.id, bob.id].sort());
    // G6: sending moves the sender's own mark, so neither mention of bob is left.
    expect(await bob.sees(id)).toMatchObject({ mentionCount: 0, unreadCount: 0 });
    expect((await owner.sees(id)).mentionCount).toBe(1);
    const page = (await eve.get(`/conversations/${id}/messages?type=text`)).body;
    expect(page.users.map((user: { id: string }) => user.id).toSorted()).toEqual([owner.id, eve.id, bob.id].sort());
  });
});

describe('G2: what is sent twice is sent once', () => {
  let group: Group;
  let bob: Person;
  let sockets: TestSocket[];

  beforeAll(async () => {
    group = await aGroup(node);
    [bob] = group.members as [Person];
    sockets = await Promise.all([group.owner.connect(), bob.connect()]);
  });

  /** That neither an event nor a `message:sent` came for the repeats of this message. */
  async function expectOnce(message: { id: string; version: number }): Promise<void> {
    const probe = await group.owner.say(group.id, 'probe');
    for (const socket of sockets) {
      await socket.reaches(group.id, probe.version);
      expect(socket.all('message:new').filter((each) => each.message.id === message.id)).toHaveLength(1);
    }
    await (sockets[0] as TestSocket).first('message:sent', ({ id }) => id === probe.id);
    expect((sockets[0] as TestSocket).all('message:sent').filter((each) => each.id === message.id)).toHaveLength(1);
  }

  it('G2: through either transport, days later too, the original is answered as a success', async () => {
    const { owner, id } = group;
    const clientMessageId = randomUUID();
    const body = { content: 'once', clientMessageId };
    const first = succeeded(await send(owner, id, body));
    await owner.say(id, 'in between');
    await node.rows(sql`UPDATE messages SET created_at = '2025-01-01T00:00:00Z' WHERE id = ${first.id}`);
    const original = { ...first, createdAt: '2025-01-01T00:00:00.000Z' };
    for (const path of [`/conversations/${id}/messages`, `/rooms/${id}/messages`]) {
      const again = await owner.post(path, { ...body, clientMessageId: clientMessageId.toUpperCase() });
      expect([again.status, again.headers.get('parley-duplicate')]).toEqual([200, 'true']);
      expect(again.body).toEqual(original);
    }
    expect((await owner.post('/messages/send', { ...body, conversationId: id })).body).toEqual(original);
    expect(await (sockets[0] as TestSocket).ask('message:send', { ...body, conversationId: id })).toEqual({
      success: true,
      messageId: first.id,
      clientMessageId,
      seq: first.seq,
      version: first.version,
      createdAt: original.createdAt,
      duplicate: true,
      message: original,
    });
    await expectOnce(first);
  });

  it('G2: an id that the server made serves as well', async () => {
    const { owner, id } = group;
    const first = succeeded(await send(owner, id, { content: 'minted' }));
    expect(first.clientMessageId).toMatch(UUID);
    const again = await send(owner, id, { content: 'minted', clientMessageId: first.clientMessageId });
    expect([again.status, again.body.id]).toEqual([200, first.id]);
    expect((await send(owner, id, { content: 'minted' })).status).toBe(201);
  });

  it('G2: twenty at the same instant through both transports are one message, and all agree on it', async () => {
    const { owner, id } = group;
    const body = { content: 'race', clientMessageId: randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        if (i % 2) {
          const ack = await (sockets[0] as TestSocket).ask('message:send', { ...body, conversationId: id });
          return [ack.messageId, ack.seq, ack.duplicate];
        }
        const answer = await send(owner, id, body);
        return [answer.body.id, answer.body.seq, answer.status === 200];
      }),
    );
    expect(new Set(answers.map(([messageId, seq]) => `${messageId} ${seq}`)).size).toBe(1);
    expect(answers.filter(([, , duplicate]) => !duplicate)).toHaveLength(1);
    expect((await storedIn(id)).filter((row) => row.content === 'race')).toHaveLength(1);
    await expectOnce((await owner.get(`/messages/${String(answers[0]?.[0])}`)).body);
  });

  it('G2: what is compared is what was received: defaults and the order of keys do not matter, all else does', async () => {
    const { owner, id } = group;
    const clientMessageId = randomUUID();
    const quoted = await owner.say(id, 'quoted');
    const first = succeeded(
      await send(owner, id, { content: '<b id=x>x</b>', clientMessageId, metadata: { a: 1, b: { c: 2, d: 3 } } }),
    );
    expect(first.content).toBe('x');
    const same = [
      { content: '<b id=x>x</b>', metadata: { b: { d: 3, c: 2 }, a: 1 } },
      { content: '<b id=x>x</b>', metadata: { b: { d: 3, c: 2 }, a: 1.0 }, type: 'text' },
    ];
    for (const body of same) expect((await send(owner, id, { ...body, clientMessageId })).body.id).toBe(first.id);
    const metadata = { a: 1, b: { c: 2, d: 3 } };
    const others = [
      { content: 'x', metadata },
      { content: '<b id=x>x</b>' },
      { content: '<b id=x>x</b>', metadata: {} },
      { content: '<b id=x>x</b>', metadata: { ...metadata, a: '1' } },
      { content: '<b id=x>x</b>', metadata, type: 'data' },
      { content: '<b id=x>x</b>', metadata, replyToId: quoted.id },
    ];
    for (const body of others) {
      const { status, body: answer } = await send(owner, id, { ...body, clientMessageId });
      expect([status, answer.error?.code, answer.error?.clientMessageId]).toEqual([
        409,
        'idempotency_conflict',
        clientMessageId,
      ]);
      const ack = await (sockets[0] as TestSocket).ask('message:send', {
        ...body,
        clientMessageId,
        conversationId: id,
      });
      expect(ack).toMatchObject({ success: false, error: { code: 'idempotency_conflict', clientMessageId } });
    }
    expect((await owner.get(`/messages/${first.id}`)).body).toEqual(first);
    const plain = randomUUID();
    const bare = succeeded(await send(owner, id, { content: 'bare', clientMessageId: plain }));
    const spelled = { content: 'bare', clientMessageId: plain, type: 'text', metadata: {}, replyToId: null };
    expect((await send(owner, id, spelled)).body.id).toBe(bare.id);
  });

  it('G2: an id is the same in whatever case it is written, at the same instant too', async () => {
    const { id } = group;
    const clientMessageId = randomUUID();
    const written = [clientMessageId, clientMessageId.toUpperCase(), clientMessageId];
    const acks = await Promise.all(
      written.map((each) => (sockets[0] as TestSocket).say(id, 'case', { clientMessageId: each })),
    );
    expect(new Set(acks.map(({ messageId }) => messageId)).size).toBe(1);
    expect(acks.map((ack) => ack.clientMessageId)).toEqual([clientMessageId, clientMessageId, clientMessageId]);
    expect(acks.map(({ duplicate }) => duplicate)).toEqual([false, true, true]);
  });

  it('G2: an id is one’s own in each conversation', async () => {
    const { owner, id } = group;
    const clientMessageId = randomUUID();
    const elsewhere = await directOf(owner, bob);
    const answers = [
      await send(owner, id, { content: 'a', clientMessageId }),
      await send(bob, id, { content: 'b', clientMessageId }),
      await send(owner, elsewhere, { content: 'c', clientMessageId }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  it('G2 G5: a sender who was removed meanwhile gets ids and seq of the original, and no more', async () => {
    const { id, owner, members } = await aGroup(node);
    const [gone] = members as [Person];
    const socket = await gone.connect();
    const clientMessageId = randomUUID();
    const body = { content: 'secret', clientMessageId };
    const first = succeeded(await send(gone, id, body));
    succeeded(await owner.delete(`/conversations/${id}/members/${gone.id}`));
    const { version } = await owner.sees(id);
    for (const again of [
      await send(gone, id, body),
      await gone.post('/messages/send', { ...body, conversationId: id }),
    ]) {
      expect([again.status, again.headers.get('parley-duplicate')]).toEqual([200, 'true']);
      expect(again.body).toEqual({ id: first.id, conversationId: id, clientMessageId, seq: 1, duplicate: true });
    }
    expect(await socket.ask('message:send', { ...body, conversationId: id })).toEqual({
      success: true,
      messageId: first.id,
      clientMessageId,
      seq: 1,
      duplicate: true,
    });
    expect((await send(gone, id, { ...body, content: 'other' })).body.error.code).toBe('idempotency_conflict');
    expect((await send(gone, id, { content: 'new', clientMessageId: randomUUID() })).body.error.code).toBe('not_found');
    expect((await owner.sees(id)).version).toBe(version);
  });

  it('G2: after archiving, and for one who came back, the original is answered whole', async () => {
    const { id, owner, members } = await aGroup(node);
    const [gone] = members as [Person];
    const body = { content: 'before', clientMessageId: randomUUID() };
    const first = succeeded(await send(gone, id, body));
    succeeded(await owner.delete(`/conversations/${id}/members/${gone.id}`));
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [gone.id] }));
    succeeded(await owner.patch(`/conversations/${id}`, { isArchived: true }));
    const again = await send(gone, id, body);
    expect([again.status, again.body.id, again.body.content]).toEqual([200, first.id, 'before']);
    expect((await send(gone, id, { content: 'after' })).body.error.code).toBe('conflict');
  });

  it('G2: a limit that was lowered since refuses new texts and answers repeats, through every transport', async () => {
    const { owner, id } = group;
    const direct = await directOf(owner, bob);
    const gone = await aPerson(node);
    const left = await groupOf(owner, [gone]);
    const content = 'é'.repeat(200);
    const body = { content, clientMessageId: randomUUID() };
    const first = succeeded(await send(owner, id, body));
    const private_ = succeeded(await send(owner, direct, body));
    const theirs = succeeded(await send(gone, left, body));
    succeeded(await gone.delete(`/conversations/${left}/members/${gone.id}`));
    const config = node.node.app.get<{ contentBytes: number }>(CONFIG);
    config.contentBytes = 300;
    try {
      expect((await owner.connect()).heard[0]?.payload.limits.contentBytes).toBe(300);
      expect((await send(owner, id, body)).body).toMatchObject({ id: first.id });
      expect((await (sockets[0] as TestSocket).ask('message:send', { ...body, conversationId: id })).messageId).toBe(
        first.id,
      );
      expect((await owner.post('/messages/send', { ...body, conversationId: id })).body).toMatchObject({
        id: first.id,
      });
      expect((await owner.post('/messages/send', { ...body, receiverId: bob.id })).body).toMatchObject({
        id: private_.id,
      });
      expect((await send(gone, left, body)).body).toEqual({
        id: theirs.id,
        conversationId: left,
        clientMessageId: body.clientMessageId,
        seq: 1,
        duplicate: true,
      });
      expect((await send(owner, id, { ...body, content: `${content}x` })).body.error.code).toBe('idempotency_conflict');
      const refused = await send(owner, id, { content });
      expect(refused.body.error).toMatchObject({ code: 'content_too_long', message: expect.stringContaining('300') });
      expect((await send(owner, id, { content: 'é'.repeat(150) })).status).toBe(201);
      expect((await owner.post('/messages/send', { content, receiverId: (await aPerson(node)).id })).status).toBe(413);
    } finally {
      config.contentBytes = LIMITS.contentBytes;
    }
  });
});

describe('POST messages/send', () => {
  it('S3.10: finds or creates the direct conversation with the receiver and sends there', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const socket = await bob.connect();
    const first = await ann.post('/messages/send', { receiverId: bob.id, content: 'hello' });
    expect(first.status).toBe(201);
    const { conversationId } = first.body;
    expect(await bob.sees(conversationId)).toMatchObject({ type: 'direct', peer: { id: ann.id }, unreadCount: 1 });
    const answer = await bob.post('/messages/send', {
      receiverId: ann.id.toUpperCase(),
      content: 'hi',
      clientMessageId: NOBODY,
    });
    expect([answer.status, answer.body.conversationId, answer.body.seq]).toEqual([201, conversationId, 2]);
    expect(
      (await bob.post('/messages/send', { receiverId: ann.id, content: 'hi', clientMessageId: NOBODY })).status,
    ).toBe(200);
    await socket.reaches(conversationId, 3);
    expect(socket.durable(conversationId).map(({ name }) => name)).toEqual([
      'conversation:created',
      'message:new',
      'message:new',
    ]);
  });

  it('S3.10 §5: message:send to a receiver does the same over a socket, and a repeat of it over REST is one', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const [sender, receiver] = [await ann.connect(), await bob.connect()];
    const body = { receiverId: bob.id.toUpperCase(), content: 'hello', clientMessageId: randomUUID() };
    const { success, message } = await sender.ask('message:send', body);
    expect([success, message.seq]).toEqual([true, 1]);
    expect(await bob.sees(message.conversationId)).toMatchObject({ type: 'direct', peer: { id: ann.id } });
    expect((await ann.post('/messages/send', body)).body.id).toBe(message.id);
    const again = await sender.ask('message:send', { receiverId: bob.id, content: 'again' });
    expect([again.seq, again.message.conversationId]).toEqual([2, message.conversationId]);
    await receiver.reaches(message.conversationId, 3);
    for (const each of [sender, receiver]) each.close();
  });

  it('C14: first words from both sides at the same instant meet in one conversation', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => {
        const [from, to] = i % 2 ? [ann, bob] : [bob, ann];
        return from.post('/messages/send', { receiverId: to.id, content: `${i}` });
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(new Set(answers.map(({ body }) => body.conversationId)).size).toBe(1);
    expect(answers.map(({ body }) => body.seq).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('S3.32: what cannot be sent makes no conversation', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const socket = await ann.connect();
    const cases: [object, string, string][] = [
      [{ receiverId: bob.id, content: ' ' }, 'validation_failed', 'content'],
      [{ receiverId: bob.id, content: 'x'.repeat(10_241) }, 'content_too_long', 'content'],
      [{ receiverId: bob.id, content: 'x', type: 'system' }, 'validation_failed', 'type'],
      [{ receiverId: null, content: 'x' }, 'validation_failed', 'receiverId'],
      [{ conversationId: null, content: 'x' }, 'validation_failed', 'conversationId'],
      [{ receiverId: ann.id, content: 'x' }, 'validation_failed', 'receiverId'],
      [{ receiverId: NOBODY, content: 'x' }, 'validation_failed', 'receiverId'],
      [{ receiverId: 'bob', content: 'x' }, 'validation_failed', 'receiverId'],
      [{ content: 'x' }, 'validation_failed', 'conversationId'],
      [{ receiverId: bob.id, conversationId: NOBODY, content: 'x' }, 'validation_failed', 'receiverId'],
    ];
    for (const [body, code, path] of cases) {
      const refused = [(await ann.post('/messages/send', body)).body, await socket.ask('message:send', body)];
      for (const { error } of refused) expect([body, error.code, error.details[0].path]).toEqual([body, code, path]);
    }
    socket.close();
    expect((await ann.get('/conversations')).body.items).toEqual([]);
  });
});
