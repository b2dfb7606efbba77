import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { startNode, type TestNode } from './node.js';
import { aGroup, directOf, NOBODY, type Person, people, succeeded } from './people.js';

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const USUAL = { notifications: 'all', mutedUntil: null, pinnedAt: null, hiddenSeq: null, unreadSeq: null };
const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const settings = (id: string) => `/conversations/${id}/settings`;
const mine = async (person: Person, query = '') =>
  succeeded(await person.get(`/users/me/conversation-settings${query}`));

describe('what a member wants of a conversation for themselves', () => {
  it('U7: is muted for a time or until that is ended, and each change leaves the rest', async () => {
    const { id, owner } = await aGroup(node);
    const change = async (body: object) => succeeded(await owner.patch(settings(id), body));
    const before = (await owner.sees(id)).version;
    const muted = await change({ notifications: 'mentions', muteSeconds: 3600 });
    expect(muted).toEqual({ conversationId: id, ...USUAL, notifications: 'mentions', mutedUntil: aTime, version: 1 });
    const rows = await node.rows<{ left: number }>(
      sql`SELECT extract(epoch FROM muted_until - now())::float8 AS left FROM conversation_settings
           WHERE conversation_id = ${id}`,
    );
    expect(rows).toEqual([{ left: expect.any(Number) }]);
    expect(rows[0]?.left).toBeGreaterThan(1800);
    expect(rows[0]?.left).toBeLessThanOrEqual(3600);
    expect(await change({ isPinned: true })).toEqual({ ...muted, pinnedAt: aTime, version: 2 });
    expect(await change({ notifications: 'none' })).toMatchObject({ notifications: 'none', mutedUntil: null });
    expect(await change({ notifications: 'all', isPinned: false })).toEqual({
      conversationId: id,
      ...USUAL,
      version: 4,
    });
    expect((await owner.sees(id)).version).toBe(before);
  });

  it('U4: hides it up to the last message, marks it as unread from one of them, and leaves the counts', async () => {
    const { id, owner, members } = await aGroup(node);
    const [member] = members as [Person];
    await owner.say(id, 'one');
    await owner.say(id, 'two');
    const { lastSeq, unreadCount } = await member.sees(id);
    const told = succeeded(await member.patch(settings(id), { isHidden: true, unreadSeq: lastSeq }));
    expect(told).toMatchObject({ hiddenSeq: lastSeq, unreadSeq: lastSeq });
    expect(await member.sees(id)).toMatchObject({ unreadCount, lastReadSeq: 0, settings: told });
    expect(succeeded(await member.patch(settings(id), { isHidden: false, unreadSeq: null }))).toMatchObject({
      hiddenSeq: null,
      unreadSeq: null,
    });
  });

  it('is in the list, in what a sync adds, and in what all of one’s sockets are told, and nobody else’s', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const id = await directOf(ann, bob);
    const [first, second, other] = await Promise.all([ann.connect(), ann.connect(), bob.connect()]);
    const told = succeeded(await ann.patch(settings(id), { isPinned: true }));
    for (const socket of [first, second]) expect(await socket.first('settings:updated')).toEqual({ settings: told });
    expect((await ann.get('/conversations')).body.items[0].settings).toEqual(told);
    expect((await bob.get('/conversations')).body.items[0]).not.toHaveProperty('settings');
    expect((await ann.post('/sync', { conversations: {} })).body.added[0].settings).toEqual(told);
    await ann.say(id, 'so that they would have heard of it by now');
    await other.first('message:new');
    expect(other.all('settings:updated')).toEqual([]);
    for (const socket of [first, second, other]) socket.close();
  });

  it('is listed in pages, of those conversations alone that one is in', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const { id, owner } = await aGroup(node);
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [ann.id] }));
    const direct = await directOf(ann, bob);
    for (const each of [id, direct]) succeeded(await ann.patch(settings(each), { notifications: 'none' }));
    const ids = [id, direct].toSorted();
    const page = await mine(ann, '?limit=1');
    expect([page.items[0].conversationId, page.hasMore]).toEqual([ids[0], true]);
    const rest = await mine(ann, `?limit=1&cursor=${page.nextCursor}`);
    expect([rest.items[0].conversationId, rest.hasMore]).toEqual([ids[1], false]);
    succeeded(await owner.delete(`/conversations/${id}/members/${ann.id}`));
    expect((await mine(ann)).items.map((each: any) => each.conversationId)).toEqual([direct]);
    expect((await mine(bob)).items).toEqual([]);
  });

  it('refuses nothing at all, what does not go together, and whoever is not in it', async () => {
    const { id, owner } = await aGroup(node);
    const [stranger] = (await people(node, 1)) as [Person];
    const bad = [
      {},
      { muteSeconds: 60 },
      { notifications: 'all', muteSeconds: 60 },
      { notifications: 'none', muteSeconds: 59 },
      { notifications: 'some' },
      { isPinned: null },
      { unreadSeq: 1 },
      { unreadSeq: 0 },
      { pinnedAt: '2026-01-01T00:00:00.000Z' },
    ];
    for (const body of bad) {
      const answer = await owner.patch(settings(id), body);
      expect([JSON.stringify(body), answer.body.error?.code]).toEqual([JSON.stringify(body), 'validation_failed']);
    }
    const refused = [
      await stranger.patch(settings(id), { isPinned: true }),
      await owner.patch(settings(NOBODY), { isPinned: true }),
    ];
    expect(refused.map(({ body }) => body.error.code)).toEqual(['not_found', 'not_found']);
    expect((await mine(owner)).items).toEqual([]);
  });
});
