import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import { sql } from 'drizzle-orm';
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

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const seqs = (page: { items: { seq: number }[] }) => page.items.map(({ seq }) => seq);

/** A group with this many messages, each a second after the one before, from 2026-01-01T00:00:01Z on. */
async function aHistory(count: number): Promise<Group & { ids: string[] }> {
  const group = await aGroup(node);
  const socket = await group.owner.connect();
  const acks = await Promise.all(range(1, count).map((i) => socket.say(group.id, `m${i}`)));
  await node.rows(sql`
    UPDATE messages SET created_at = timestamptz '2026-01-01T00:00:00Z' + seq * interval '1 second'
     WHERE conversation_id = ${group.id}`);
  socket.close();
  return { ...group, ids: acks.map(({ messageId }) => messageId) };
}

describe('a page of messages', () => {
  let group: Group & { ids: string[] };
  let page: (query: string) => Promise<Answer>;
  const at = (seq: number, ms = '000') => `2026-01-01T00:00:${String(seq).padStart(2, '0')}.${ms}Z`;

  beforeAll(async () => {
    group = await aHistory(25);
    page = (query) => (group.members[0] as Person).get(`/conversations/${group.id}/messages?${query}`);
  });

  it('S2.12 §3: without a parameter has the newest, ascending, 50 by default', async () => {
    const { body } = await page('');
    expect(seqs(body)).toEqual(range(1, 25));
    expect(body).toMatchObject({ nextCursor: null, hasMore: false });
    expect(body).not.toHaveProperty('prevCursor');
    expect(body.users).toEqual([expect.objectContaining({ id: group.owner.id })]);
    const long = await aHistory(51);
    const { body: newest } = await long.owner.get(`/conversations/${long.id}/messages`);
    expect([seqs(newest), newest.nextCursor, newest.hasMore]).toEqual([range(2, 51), '2', true]);
  });

  it('is compressed where it is longer than 1 KB and the client takes that', async () => {
    const { owner } = group;
    const ask = (query: string, encoding: string) =>
      node.request
        .get(`/api/conversations/${group.id}/messages?${query}`)
        .set({ authorization: `Bearer ${owner.token}`, 'accept-encoding': encoding })
        .expect(200);
    const [plain, gzip, brotli] = [await ask('', 'identity'), await ask('', 'gzip'), await ask('', 'br, gzip')];
    const encodings = [plain, gzip, brotli].map(({ headers }) => headers['content-encoding']);
    expect(encodings).toEqual([undefined, 'gzip', 'br']);
    // `supertest` unpacks what is packed.
    expect([gzip.body, brotli.body]).toEqual([plain.body, plain.body]);
    expect(gzip.headers['vary']).toContain('Accept-Encoding');
    expect((await ask('before=1', 'gzip')).headers).not.toHaveProperty('content-encoding');
  });

  it('S1.22 S3.22: its nextCursor goes back as before, down to the end of the history', async () => {
    const seen: number[][] = [];
    let query = 'limit=10';
    for (;;) {
      const { body } = await page(query);
      seen.push(seqs(body));
      expect(body.hasMore).toBe(body.nextCursor !== null);
      if (!body.hasMore) break;
      query = `limit=10&before=${body.nextCursor}`;
    }
    expect(seen).toEqual([range(16, 25), range(6, 15), range(1, 5)]);
  });

  it('goes on with after, up to the end', async () => {
    const seen: number[][] = [];
    for (let after = '0'; after !== null; ) {
      const { body } = await page(`limit=10&after=${after}`);
      seen.push(seqs(body));
      after = body.nextCursor;
    }
    expect(seen).toEqual([range(1, 10), range(11, 20), range(21, 25)]);
  });

  it.each<[string, number[], string | null]>([
    ['limit=25', range(1, 25), null],
    ['limit=24', range(2, 25), '2'],
    ['limit=1', [25], '25'],
    ['before=1', [], null],
    ['before=0', [], null],
    ['before=2', [1], null],
    ['before=26', range(1, 25), null],
    ['before=999999999999999&limit=3', [23, 24, 25], '23'],
    ['before=12&limit=11', range(1, 11), null],
    ['before=13&limit=11', range(2, 12), '2'],
    ['after=25', [], null],
    ['after=24', [25], null],
    ['after=999999999999999', [], null],
    ['after=15&limit=10', range(16, 25), null],
    ['after=14&limit=10', range(15, 24), '24'],
    ['limit=100', range(1, 25), null],
  ])('§3: %s', async (query, expected, nextCursor) => {
    const { body } = await page(query);
    expect([seqs(body), body.nextCursor, body.hasMore]).toEqual([expected, nextCursor, nextCursor !== null]);
  });

  it.each<[string, number[], string | null, string | null]>([
    ['around=13&limit=10', range(8, 17), '8', '17'],
    ['around=13&limit=5', range(11, 15), '11', '15'],
    ['around=13&limit=1', [13], '13', '13'],
    ['around=13&limit=2', [12, 13], '12', '13'],
    ['around=1&limit=5', [1, 2, 3], null, '3'],
    ['around=25&limit=5', [23, 24, 25], '23', null],
    ['around=13', range(1, 25), null, null],
    ['around=99&limit=4', [24, 25], '24', null],
  ])('§3: %s', async (query, expected, prevCursor, nextCursor) => {
    const { body } = await page(query);
    expect([seqs(body), body.prevCursor, body.nextCursor, body.hasMore]).toEqual([
      expected,
      prevCursor,
      nextCursor,
      nextCursor !== null,
    ]);
  });

  it('§3: after around, prevCursor goes back as before and nextCursor as after', async () => {
    const { body } = await page('around=13&limit=6');
    expect(seqs((await page(`before=${body.prevCursor}&limit=3`)).body)).toEqual([7, 8, 9]);
    expect(seqs((await page(`after=${body.nextCursor}&limit=3`)).body)).toEqual([16, 17, 18]);
  });

  it('S3.21 §3: an id stands for its message; one that is not of this conversation is not found', async () => {
    const [ann] = (await people(node, 1)) as [Person];
    const elsewhere = await ann.say(await groupOf(ann, []), 'elsewhere');
    const id = group.ids[12];
    expect(seqs((await page(`before=${id}&limit=2`)).body)).toEqual([11, 12]);
    expect(seqs((await page(`after=${id}&limit=2`)).body)).toEqual([14, 15]);
    expect(seqs((await page(`around=${id?.toUpperCase()}&limit=2`)).body)).toEqual([12, 13]);
    for (const unknown of [NOBODY, elsewhere.id]) {
      for (const name of ['before', 'after', 'around']) {
        const { status, body } = await page(`${name}=${unknown}`);
        expect([status, body.error?.code]).toEqual([404, 'not_found']);
      }
    }
  });

  it.each<[string, string, number[]]>([
    ['before', at(10), [8, 9]],
    ['before', at(10, '001'), [9, 10]],
    ['before', at(10, '999'), [9, 10]],
    ['before', at(1), []],
    ['before', at(59), [24, 25]],
    ['after', at(10), [11, 12]],
    ['after', at(9, '999'), [10, 11]],
    ['after', at(10, '001'), [11, 12]],
    ['after', at(25), []],
    ['after', '2020-01-01T00:00:00Z', [1, 2]],
    ['around', at(10), [9, 10]],
    ['around', at(10, '001'), [10, 11]],
    ['around', at(59), [24, 25]],
    ['around', '2020-01-01T00:00Z', [1]],
    ['around', '2026-01-01T01:00:10%2B01:00', [9, 10]],
  ])('S4.26 §3: %s=%s takes a time', async (name, time, expected) => {
    expect(seqs((await page(`${name}=${time}&limit=2`)).body)).toEqual(expected);
  });

  it('times that several messages share: before and after leave out all of them', async () => {
    const { id, owner } = await aHistory(9);
    await node.rows(
      sql`UPDATE messages SET created_at = '2026-01-01T00:00:04Z' WHERE conversation_id = ${id} AND seq BETWEEN 4 AND 6`,
    );
    const shown = async (query: string) => seqs((await owner.get(`/conversations/${id}/messages?${query}`)).body);
    expect(await shown(`before=${at(4)}&limit=2`)).toEqual([2, 3]);
    expect(await shown(`after=${at(4)}&limit=2`)).toEqual([7, 8]);
    expect(await shown(`around=${at(4)}&limit=2`)).toEqual([3, 4]);
  });

  it.each<[string, string]>([
    ['limit=0', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1e9', 'limit'],
    ['limit=101', 'limit'],
    ['limit=abc', 'limit'],
    ['limit=', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=10&limit=20', 'limit'],
    ['before=5&after=1', 'after'],
    ['before=5&around=7', 'around'],
    ['after=5&around=7', 'around'],
    ['before=5&before=6', 'before'],
    ['before=', 'before'],
    ['before=abc', 'before'],
    ['before=-1', 'before'],
    ['before=1e3', 'before'],
    ['before=1.5', 'before'],
    ['before=9999999999999999', 'before'],
    ['after=2026-01-01', 'after'],
    ['after=2026-13-01T00:00:00Z', 'after'],
    ['after=0000-01-01T00:00:00Z', 'after'],
    ['around=T', 'around'],
    ["before=1' OR '1'='1", 'before'],
    [`before=${NOBODY}0`, 'before'],
    [`before=${'1'.repeat(65)}`, 'before'],
    ['type=room', 'type'],
    ['cursor=5', 'cursor'],
    ['sort=created_at;drop', 'sort'],
    ['before[gt]=1', 'before[gt]'],
  ])('A60 A62 A64: refuses %s', async (query, path) => {
    const { status, body } = await page(query);
    expect([status, body.error?.code, body.error?.details?.[0].path]).toEqual([400, 'validation_failed', path]);
  });

  it('S3.22: an empty history is an empty page, whatever the parameters', async () => {
    const { id, owner } = await aGroup(node);
    for (const query of [
      '',
      'limit=1',
      'before=5',
      'after=0',
      'around=5',
      `before=${at(1)}`,
      `after=${at(1)}`,
      `around=${at(1)}`,
    ]) {
      const { body } = await owner.get(`/conversations/${id}/messages?${query}`);
      expect(body).toMatchObject({ items: [], users: [], nextCursor: null, hasMore: false });
    }
  });

  it('S4.28 S0.4: the alias GET messages?conversationId= is the same page', async () => {
    const [bob] = group.members as [Person];
    const query = 'limit=7&before=20';
    expect((await bob.get(`/messages?conversationId=${group.id}&${query}`)).text).toBe((await page(query)).text);
    expect((await bob.get('/messages')).body.error.details[0].path).toBe('conversationId');
    const twice = await bob.get(`/messages?conversationId=${group.id}&conversationId=${NOBODY}`);
    expect(twice.body.error.details[0].path).toBe('conversationId');
  });

  it('S3.20 §5: conversation:open answers with the same page', async () => {
    const [bob] = group.members as [Person];
    const socket = await bob.connect();
    for (const asked of [
      {},
      { limit: 7, before: '20' },
      { after: group.ids[3], limit: 2 },
      { around: at(9), limit: 3 },
    ]) {
      const { success, ...opened } = await socket.ask('conversation:open', { conversationId: group.id, ...asked });
      expect(success).toBe(true);
      expect(opened).toEqual(
        (await page(new URLSearchParams(Object.entries(asked).map(([key, value]) => [key, String(value)])).toString()))
          .body,
      );
    }
    for (const wrong of [
      { limit: 0 },
      { limit: '5' },
      { limit: 101 },
      { before: '1', after: '2' },
      { before: 'x' },
      { more: 1 },
      { type: 'text' },
      { before: ['1'] },
    ]) {
      const ack = await socket.ask('conversation:open', { conversationId: group.id, ...wrong });
      expect([wrong, ack.error?.code]).toEqual([wrong, 'validation_failed']);
    }
    expect((await socket.ask('conversation:open', { conversationId: group.id, before: NOBODY })).error.code).toBe(
      'not_found',
    );
    expect((await socket.ask('conversation:open', { conversationId: NOBODY })).error.code).toBe('not_found');
  });
});

describe('a filter by type', () => {
  it('S4.26: leaves out the others and pages through the rest', async () => {
    const { id, owner } = await aGroup(node);
    for (let i = 1; i <= 6; i += 1) {
      await owner.say(id, i % 2 ? `text ${i}` : '', i % 2 ? {} : { type: 'data', metadata: { i } });
    }
    const path = `/conversations/${id}/messages`;
    expect(seqs((await owner.get(`${path}?type=text`)).body)).toEqual([1, 3, 5]);
    expect(seqs((await owner.get(`${path}?type=image`)).body)).toEqual([]);
    const { body } = await owner.get(`${path}?type=data&limit=2`);
    expect([seqs(body), body.nextCursor]).toEqual([[4, 6], '4']);
    expect(seqs((await owner.get(`${path}?type=data&limit=2&before=4`)).body)).toEqual([2]);
    expect(seqs((await owner.get(`${path}?type=text&after=1&limit=1`)).body)).toEqual([3]);
  });
});

describe('the size of an answer', () => {
  const bytes = (answer: Answer) => Buffer.byteLength(answer.text);
  /** Pages through everything in one direction; every answer must keep to the limit and bring something. */
  async function expectWhole({ id, owner }: Group, direction: 'before' | 'after', count: number): Promise<number> {
    const seen: number[] = [];
    let pages = 0;
    for (let cursor = direction === 'after' ? '0' : String(count + 1); cursor !== null; pages += 1) {
      const answer = await owner.get(`/conversations/${id}/messages?limit=100&${direction}=${cursor}`);
      expect(bytes(answer)).toBeLessThanOrEqual(LIMITS.answerBytes);
      expect(answer.body.items.length).toBeGreaterThan(0);
      seen.push(...seqs(answer.body));
      cursor = answer.body.nextCursor;
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(range(1, count));
    return pages;
  }

  it('§3: ends at 512 KB with hasMore, and whoever goes on misses nothing', async () => {
    const group = await aGroup(node);
    const metadata = { blob: 'x'.repeat(100_000) };
    for (let i = 0; i < 12; i += 1) await group.owner.say(group.id, '', { type: 'data', metadata });
    expect(await expectWhole(group, 'before', 12)).toBe(3);
    expect(await expectWhole(group, 'after', 12)).toBe(3);
  });

  it('§3: counts what goes over the wire: control characters and quotes take more there than in the database', async () => {
    const group = await aGroup(node);
    const socket = await group.owner.connect();
    const acks = range(1, 40).map((i) => socket.say(group.id, `${i}${(i % 2 ? '\u0001' : '"').repeat(10_200)}`));
    await Promise.all(acks);
    await expectWhole(group, 'before', 40);
    await expectWhole(group, 'after', 40);
  });

  it('§3: a page around a message holds that message, whatever the size of those before it', async () => {
    const { id, owner } = await aGroup(node);
    const metadata = { blob: 'x'.repeat(100_000) };
    for (let i = 0; i < 14; i += 1) await owner.say(id, '', { type: 'data', metadata });
    const answer = await owner.get(`/conversations/${id}/messages?around=10&limit=14`);
    expect(bytes(answer)).toBeLessThanOrEqual(LIMITS.answerBytes);
    expect(seqs(answer.body)).toContain(10);
    const { prevCursor, nextCursor } = answer.body;
    const [first, last] = [seqs(answer.body)[0] as number, seqs(answer.body).at(-1) as number];
    expect(seqs((await owner.get(`/conversations/${id}/messages?before=${prevCursor}&limit=1`)).body)).toEqual([
      first - 1,
    ]);
    expect(seqs((await owner.get(`/conversations/${id}/messages?after=${nextCursor}&limit=1`)).body)).toEqual([
      last + 1,
    ]);
  });
});

describe('the status of one’s own messages', () => {
  const statusIn = async (who: Person, id: string) => {
    const [page, list] = [await who.get(`/conversations/${id}/messages`), await who.get('/conversations')];
    const item = list.body.items.find((each: { id: string }) => each.id === id);
    const last = page.body.items.at(-1);
    const alone = succeeded(await who.get(`/messages/${last.id}`));
    const opened = (await who.sees(id)).lastMessage;
    return [last.status, item.lastMessage.status, alone.status, opened.status];
  };
  const four = (status: string) => [status, status, status, status];

  it('S1.4 §4: is delivered, then read, once all others present are there; others see sent', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, eve] = members as [Person, Person];
    const mark = (who: Person, kind: string) => who.post(`/conversations/${id}/${kind}`, { seq: 1 }).then(succeeded);
    const message = await owner.say(id, 'hello', { clientMessageId: NOBODY });
    expect(message.status).toBe('sent');
    expect(await statusIn(owner, id)).toEqual(four('sent'));
    await mark(bob, 'read');
    expect(await statusIn(owner, id)).toEqual(four('sent'));
    await mark(eve, 'delivered');
    expect(await statusIn(owner, id)).toEqual(four('delivered'));
    await mark(eve, 'read');
    expect(await statusIn(owner, id)).toEqual(four('read'));
    expect(await statusIn(bob, id)).toEqual(four('sent'));
    const repeat = await owner.post(`/conversations/${id}/messages`, { content: 'hello', clientMessageId: NOBODY });
    expect([repeat.status, repeat.body.status]).toEqual([200, 'read']);
  });

  it('§4: counts only present members, and is sent where there is no other', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, eve] = members as [Person, Person];
    await owner.say(id, 'hello');
    succeeded(await bob.post(`/conversations/${id}/read`, { seq: 1 }));
    succeeded(await eve.delete(`/conversations/${id}/members/${eve.id}`));
    expect((await owner.get(`/conversations/${id}/messages`)).body.items[0].status).toBe('read');
    succeeded(await bob.delete(`/conversations/${id}/members/${bob.id}`));
    expect((await owner.get(`/conversations/${id}/messages`)).body.items[0].status).toBe('sent');
    await owner.say(id, 'alone');
    expect(await statusIn(owner, id)).toEqual(four('sent'));
  });

  it('§4: system messages have none of it', async () => {
    const { id, owner, members } = await aGroup(node);
    succeeded(await owner.patch(`/conversations/${id}`, { name: 'New' }));
    succeeded(await (members[0] as Person).post(`/conversations/${id}/read`, { seq: 1 }));
    expect(await statusIn(owner, id)).toEqual(four('sent'));
  });

  it('§4: in conversations of over 100 members it stays sent', async () => {
    const crowd = await people(node, 101);
    const [ann, ...others] = crowd as [Person, ...Person[]];
    const id = await groupOf(ann, others);
    await ann.say(id, 'hello');
    await node.rows(
      sql`UPDATE conversation_participants SET last_read_seq = last_read_seq + 1, last_delivered_seq = 9 WHERE conversation_id = ${id}`,
    );
    expect(await statusIn(ann, id)).toEqual(four('sent'));
  });
});

describe('one message', () => {
  it('§3: is for members only; for others it is not there', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const mallory = await aPerson(node);
    const other = await directOf(owner, bob);
    const message = await owner.say(id, 'hello');
    expect((await bob.get(`/messages/${message.id}`)).body).toEqual(message);
    expect((await bob.get(`/rooms/${id}/messages/${message.id.toUpperCase()}`)).body).toEqual(message);
    const answers = [
      await mallory.get(`/messages/${message.id}`),
      await mallory.get(`/messages/${NOBODY}`),
      await bob.get(`/rooms/${other}/messages/${message.id}`),
    ];
    const plain = answers.map(({ status, text, body }) => [status, text.replace(body.error.requestId, 'X')]);
    expect(new Set(plain.map(String)).size).toBe(1);
    expect(plain[0]?.[0]).toBe(404);
    expect((await bob.get('/messages/abc')).status).toBe(400);
  });
});
