import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SearchPage } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { MessageTokensRepository } from '../src/modules/conversation-log/index.js';
import { SEARCH_BOUNDS } from '../src/modules/search/message-finder.js';
import { startNode, startOn, type TestNode } from './node.js';
import { aGroup, aPerson, directOf, groupOf, NOBODY, type Person, people, succeeded } from './people.js';
import { freshDatabase } from './test-database.js';

let node: TestNode;

beforeAll(async () => {
  // A page is shorter where finding it takes longer, which it does on a busy machine.
  Object.assign(SEARCH_BOUNDS, { ms: 10_000, comparingMs: 10_000 });
  node = await startNode();
});
afterAll(() => node.close());

const parameters = (asked: object) => new URLSearchParams(asked as Record<string, string>).toString();
const search = async (person: Person, asked: object): Promise<SearchPage> =>
  succeeded(await person.get(`/search?${parameters(asked)}`));
const found = async (person: Person, asked: object) =>
  (await search(person, asked)).items.map(({ message }) => message.content);

describe('searching messages', () => {
  it('S4.29: the newest come first, over all conversations, page by page, each once', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const groups = [await groupOf(ann, [bob]), await groupOf(bob, [ann]), await directOf(ann, bob)];
    const said: string[] = [];
    for (let i = 0; i < 25; i += 1) said.unshift((await bob.say(groups[i % 3] as string, `ferry number ${i}`)).content);
    await bob.say(groups[0] as string, 'another thing');
    const pages: string[][] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: SearchPage = await search(ann, { q: 'ferry', limit: 10, ...(cursor && { cursor }) });
      expect(page.hasMore).toBe(page.nextCursor !== null);
      expect(page.users.map((user) => user.id)).toEqual([bob.id]);
      pages.push(page.items.map(({ message }) => message.content));
      cursor = page.nextCursor;
    }
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(pages.flat()).toEqual(said);
  });

  it('S4.29: a hit is the message as its reader sees it, and where in it the hit is', async () => {
    const { id, owner, members } = await aGroup(node);
    const sent = await owner.say(id, 'The Café is closed; the cafe\u0301, I mean');
    const { items } = await search(members[0] as Person, { q: 'cafe' });
    expect(items).toEqual([
      {
        message: succeeded(await (members[0] as Person).get(`/messages/${sent.id}`)),
        segments: [
          { text: 'The ', match: false },
          { text: 'Café', match: true },
          { text: ' is closed; the ', match: false },
          { text: 'cafe\u0301', match: true },
          { text: ', I mean', match: false },
        ],
      },
    ]);
  });

  it('S4.29: by sender, conversation, day and kind, in the question or beside it', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const [first, second] = [await groupOf(ann, [bob], 'Ferry Café'), await groupOf(ann, [bob], 'Trains')];
    const direct = await directOf(ann, bob);
    await ann.say(first, 'one harbour');
    await bob.say(first, `two harbour https://example.com @${ann.username}`);
    await bob.say(second, 'three harbour', { type: 'image' });
    await ann.say(direct, 'four harbour', { type: 'file' });
    const words = async (asked: object) => (await found(ann, asked)).map((content) => content.split(' ')[0]);
    const rows: [object, string[]][] = [
      [{ q: 'harbour' }, ['four', 'three', 'two', 'one']],
      [{ q: `harbour from:${bob.username}` }, ['three', 'two']],
      [{ q: `from:@${bob.username}` }, ['three', 'two']],
      [{ from: bob.id.toUpperCase() }, ['three', 'two']],
      [{ q: 'from:me harbour' }, ['four', 'one']],
      [{ q: `from:${bob.username}`, from: ann.id }, []],
      [{ q: 'from:nobody-has-this-name harbour' }, []],
      [{ q: 'in:"FERRY CAFE" harbour' }, ['two', 'one']],
      [{ q: 'in:tra harbour' }, ['three']],
      [{ q: `in:${bob.username} harbour` }, ['four']],
      [{ q: `in:${second}` }, ['three']],
      [{ q: 'in:nowhere harbour' }, []],
      [{ q: 'harbour', conversationId: first.toUpperCase() }, ['two', 'one']],
      [{ q: 'harbour has:link' }, ['two']],
      [{ has: 'mention' }, ['two']],
      [{ q: 'has:image' }, ['three']],
      [{ q: 'harbour has:file' }, ['four']],
      [{ q: 'harbour before:2020-01-01' }, []],
      [{ q: 'harbour after:2020-01-01', before: '2999-12-31' }, ['four', 'three', 'two', 'one']],
      [{ q: `harbour on:${new Date().toISOString().slice(0, 10)}` }, ['four', 'three', 'two', 'one']],
      [{ q: 'harbour', after: '9999-12-31' }, []],
      [{ q: 'harbour before:0000-01-01' }, []],
      [{ q: 'harbour -two -"three harbour"' }, ['four', 'one']],
    ];
    for (const [asked, expected] of rows) expect([asked, await words(asked)]).toEqual([asked, expected]);
    const inFirst = await ann.get(`/conversations/${first}/messages/search?q=harbour&limit=1`);
    expect(succeeded(inFirst)).toMatchObject({
      hasMore: true,
      items: [{ message: { conversationId: first, seq: 2 } }],
    });
    const alias = await ann.get(`/rooms/${first}/messages/search?q=harbour&before=2999-01-01&after=2020-01-01`);
    expect(succeeded(alias).items).toHaveLength(2);
  });

  it('G5 S4.44: who is no member finds nothing, and is told what of a conversation that is not there', async () => {
    const { id, owner, members } = await aGroup(node);
    const [member, stranger] = [members[0] as Person, await aPerson(node)];
    await owner.say(id, 'the lighthouse');
    const counts = async () =>
      Promise.all([owner, member, stranger].map(async (each) => (await found(each, { q: 'lighthouse' })).length));
    expect(await counts()).toEqual([1, 1, 0]);
    succeeded(await owner.delete(`/conversations/${id}/members/${member.id}`));
    await owner.say(id, 'the lighthouse again');
    expect(await counts()).toEqual([2, 0, 0]);
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [member.id] }));
    expect(await counts()).toEqual([2, 2, 0]);
    const answers = await Promise.all(
      [id, NOBODY].map((each) => stranger.get(`/conversations/${each}/messages/search?q=lighthouse`)),
    );
    for (const { status, body } of answers) {
      expect([status, body.error.code, body.error.details]).toEqual([404, 'not_found', undefined]);
    }
    expect((await stranger.get(`/search?q=lighthouse&conversationId=${id}`)).status).toBe(404);
    for (const asked of ['from=nobody-has-this-name', 'q=in%3Anowhere'])
      expect((await stranger.get(`/conversations/${id}/messages/search?${asked}`)).status).toBe(404);
  });

  it('S4.21 S4.22: an edit changes what is found, and what was deleted is not', async () => {
    const { id, owner } = await aGroup(node);
    const [first, second] = [await owner.say(id, 'a walrus'), await owner.say(id, 'two walruses')];
    succeeded(await owner.patch(`/messages/${first.id}`, { content: 'a narwhal' }));
    expect([await found(owner, { q: 'walrus' }), await found(owner, { q: 'narwhal' })]).toEqual([
      ['two walruses'],
      ['a narwhal'],
    ]);
    succeeded(await owner.delete(`/messages/${second.id}`));
    expect(await found(owner, { q: 'walrus' })).toEqual([]);
    const rows = await node.rows(
      sql`SELECT seq::integer FROM message_search WHERE conversation_id = ${id} ORDER BY seq`,
    );
    expect(rows).toEqual([{ seq: first.seq }]);
    const picture = await owner.say(id, '', { type: 'image' });
    expect(await found(owner, { q: 'has:image' })).toEqual(['']);
    succeeded(await owner.delete(`/messages/${picture.id}`));
    expect(await node.rows(sql`SELECT 1 FROM message_search WHERE conversation_id = ${id}`)).toHaveLength(1);
    expect(await node.rows(sql`SELECT * FROM search_backlog WHERE conversation_id = ${id}`)).toEqual([]);
  });

  it('S4.29 S4.46 A60 A62: what asks for nothing, or wrongly, is refused; signs of other languages are text', async () => {
    const { id, owner } = await aGroup(node);
    await owner.say(id, 'plain');
    const page = await search(owner, { q: 'pla', limit: 1 });
    await owner.say(id, 'plain too');
    const { nextCursor } = await search(owner, { q: 'pla', limit: 1 });
    expect(page.nextCursor).toBeNull();
    const refused: object[] = [
      {},
      { q: '' },
      { q: '   ' },
      { q: '???' },
      { q: '-- ""' },
      { q: '-plain' },
      { q: 'x'.repeat(10_240) },
      { q: 'w '.repeat(200) },
      { q: 'plain', before: 'yesterday' },
      { q: 'plain', after: '2026-02-30' },
      { q: 'plain on:2026-1-1' },
      { q: 'plain', has: 'cheese' },
      { q: 'plain has:cheese' },
      { q: 'plain', limit: '0' },
      { q: 'plain', limit: '101' },
      { q: 'plain', limit: 'x' },
      { q: 'plain', conversationId: 'x' },
      { q: 'plain', sort: 'createdAt' },
      { q: 'other', cursor: nextCursor },
      { q: 'pla', from: 'ann', cursor: nextCursor },
      { q: 'pla', cursor: 'x' },
    ];
    for (const asked of refused) {
      const { status, body } = await owner.get(`/search?${parameters(asked)}`);
      expect([asked, status, body.error?.code]).toEqual([asked, 400, 'validation_failed']);
    }
    const twice = await owner.get('/search?q=plain&q=plain');
    expect(twice.status).toBe(400);
    const text: [q: string, status: number][] = [
      ["'; DROP TABLE messages; --", 200],
      ['pl.*n', 200],
      ['pl%n', 200],
      ['(a|b)&!c:*', 200],
      ['\\', 400],
      ["''", 400],
      ['a\u0000b', 200],
      ['\ud800x', 200],
      ['pla & !x', 200],
    ];
    for (const [q, expected] of text) {
      const { status, body } = await owner.get(`/search?${parameters({ q })}`);
      expect([q, status, body.items ?? []]).toEqual([q, expected, []]);
    }
    expect((await owner.get('/search?q=%ED%A0%80plain')).status).toBeLessThan(500);
    expect(await found(owner, { q: 'note:plain OR' })).toEqual([]);
    expect((await search(owner, { q: 'pla', limit: 1, cursor: nextCursor })).items).toHaveLength(1);
  });

  it('S4.49: a search is logged with who, how long, what kinds, hits and time, and none of its words', async () => {
    const { id, owner } = await aGroup(node);
    await owner.say(id, 'xylophone at noon');
    await search(owner, { q: 'xylophone from:me -drum', limit: 5 });
    const line = node.logs.findLast(({ msg, userId }) => msg === 'searched' && userId === owner.id);
    expect(line).toMatchObject({ length: 23, filters: ['words', 'not', 'from'], hits: 1, ms: expect.any(Number) });
    const lines = node.logs.map((each) => JSON.stringify(each));
    expect(lines.filter((each) => /xylophone|drum/.test(each))).toEqual([]);
  });
});

describe('messages without tokens', () => {
  it('S4.29: without the search nothing is stored for it; what was sent meanwhile is made findable once it is on', async () => {
    const database = await freshDatabase();
    const kept = { ...database, remove: async () => undefined };
    const off = await startOn(kept, { SEARCH: 'off' });
    for (let i = 0; i < 3; i += 1) {
      const other = await aGroup(off);
      await other.owner.say(other.id, 'a heron');
    }
    const tokens = off.node.app.get(MessageTokensRepository);
    const left = await tokens.backlog();
    // Many conversations take few transactions, none of which is longer than was asked for.
    const worked = [await tokens.workOff(left - 1), await tokens.workOff(left), await tokens.workOff(left)];
    expect([left > 2, ...worked]).toEqual([true, left - 1, 1, null]);
    const { id, owner } = await aGroup(off);
    for (let i = 0; i < 3; i += 1) await owner.say(id, `a pelican ${i}`);
    const edited = await owner.say(id, 'a penguin');
    succeeded(await owner.patch(`/messages/${edited.id}`, { content: 'an emperor penguin' }));
    const refused = await owner.get('/search?q=pelican');
    expect([refused.status, refused.body.error.code]).toEqual([501, 'unsupported']);
    expect(await off.rows(sql`SELECT 1 FROM message_search WHERE conversation_id = ${id}`)).toEqual([]);
    await off.close();

    const on = await startOn(database, {});
    const again = on.url;
    const ask = async (q: string) => {
      const response = await fetch(`${again}/api/search?q=${q}`, {
        headers: { authorization: `Bearer ${owner.token}` },
      });
      return ((await response.json()) as SearchPage).items.map(({ message }) => message.content);
    };
    await eventually('the messages are found', async () => (await ask('pelican')).length === 3);
    expect(await ask('emperor')).toEqual(['an emperor penguin']);
    const told = () => on.logs.findLast(({ msg }) => msg === 'messages are being made findable');
    await eventually('nothing is left', () => told()?.left === 0);
    const ready = await fetch(`${again}/health/ready`);
    expect(await ready.json()).toEqual({ status: 'ok' });
    await on.close();
  });

  it('S4.29: what a release before writes or edits is found soon; what it deletes is gone at once', async () => {
    const { id, owner } = await aGroup(node);
    const [first, second] = [await owner.say(id, 'an ocelot'), await owner.say(id, 'two ocelots')];
    // Within one transaction, as else the node may have found the edit before it is looked for here.
    const { rows } = await node.node.databases.main.transaction(async (tx) => {
      await tx.execute(sql`UPDATE messages SET content = 'a puma', version = version + 1 WHERE id = ${first.id}`);
      await tx.execute(sql`UPDATE messages SET content = '', deleted_at = now() WHERE id = ${second.id}`);
      return (await tx.execute(sql`SELECT seq FROM message_search WHERE conversation_id = ${id}`)) as {
        rows: unknown[];
      };
    });
    expect(rows).toEqual([]);
    await eventually('the edit is found', async () => (await found(owner, { q: 'puma' })).length === 1);
    expect(await found(owner, { q: 'ocelot' })).toEqual([]);
  });
});
