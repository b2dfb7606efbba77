import { expect } from '@jest/globals';
import type { ConversationDetail, ConversationSync, SyncAnswer, SyncBody } from '@parley/protocol';
import type { Person } from '../person.js';
import type { Behaviours } from '../stage.js';
import { NOBODY, numbers } from './shapes.js';

/** One conversation's part of an answer; there has to be one with rows. */
function partOf(answer: SyncAnswer, id: string): ConversationSync {
  const part = answer.conversations[id];
  if (!part || !('messages' in part)) throw new Error(`The answer tells nothing of ${id}: ${JSON.stringify(answer)}`);
  return part;
}

const sync = (person: Person, body: SyncBody) => person.post<SyncAnswer>('/sync', body);

export const syncing: Behaviours = {
  'G4 S2.15 S2.39: after being away, what changed is told as it is now, in the order of versions, by socket and by REST':
    async (stage) => {
      const { id, people, lines } = await stage.scene(3);
      const [owner, member, away] = people;
      const { messageId: edited } = await lines[0].say(id, 'to be edited');
      const { messageId: deleted } = await lines[1].say(id, 'to be deleted');
      await lines[0].say(id, 'left alone');
      const { version, receipts } = await away.get<ConversationDetail>(`/conversations/${id}`);
      await lines[2].ask('message:read', { conversationId: id, seq: 1 });
      await lines[0].ask('message:edit', { messageId: edited, content: 'edited' });
      await lines[1].ask('message:delete', { messageId: deleted });
      const sent = await lines[1].say(id, 'new');
      await lines[0].ask('reaction:add', { messageId: sent.messageId, emoji: '👍' });
      await owner.patch(`/conversations/${id}/members/${member.id}`, { role: 'admin' });
      const { success: _, ...told } = await lines[2].ask('sync', { conversations: { [id]: { version, receipts } } });
      expect(told).toEqual(await sync(away, { conversations: { [id]: { version, receipts } } }));
      const part = partOf(told, id);
      const fresh = await away.get<ConversationDetail>(`/conversations/${id}`);
      const { items } = await away.get<{ items: object[] }>(`/conversations/${id}/messages`);
      const { members: _members, ...item } = fresh;
      expect(part.conversation).toEqual(item);
      expect(part.messages).toEqual([items[0], items[1], items[3], items[4]]);
      expect(part.messages.map((each) => each.version)).toEqual([5, 6, 8, 10]);
      expect(part.members).toEqual(fresh.members.filter(({ user }) => user.id === member.id));
      expect(part).toMatchObject({ version: 10, receipts: 1, hasMore: false, reset: false, unreadCount: 3 });
      expect(part.watermarks.map(({ userId, lastReadSeq }) => [userId, lastReadSeq])).toEqual([[away.id, 1]]);
      expect((await sync(away, { conversations: { [id]: { version: 10, receipts: 1 } } })).conversations).toEqual({});
    },

  'G4: memberships beyond the cursor are added and removed, also what is not one’s own at all': async (stage) => {
    const [owner, away] = await stage.crowd(2);
    const [kept, lost] = [await stage.group([owner, away], 'kept'), await stage.group([owner, away], 'lost')];
    const all = await sync(away, { conversations: {} });
    expect(all.added.map(({ id }) => id).toSorted()).toEqual([kept, lost].toSorted());
    const { cursor } = all;
    const gained = await stage.direct(owner, away);
    await owner.delete(`/conversations/${lost}/members/${away.id}`);
    const answer = await sync(away, { conversations: {}, cursor });
    expect([answer.added.map(({ id }) => id), answer.removed]).toEqual([[gained], [lost]]);
    expect(answer.cursor).toBeGreaterThan(cursor);
    const nothing = await sync(away, { conversations: {}, cursor: answer.cursor });
    expect([nothing.added, nothing.removed, nothing.cursor]).toEqual([[], [], answer.cursor]);
    const foreign = await stage.group([owner]);
    const asked = Object.fromEntries([foreign, NOBODY].map((id) => [id, { version: 0, receipts: 0 }]));
    const told = await sync(away, { conversations: asked, cursor: answer.cursor });
    expect([told.removed.toSorted(), told.conversations]).toEqual([[foreign, NOBODY].toSorted(), {}]);
    expect((await (await away.connect()).ready()).cursor).toBe(answer.cursor);
  },

  'G4: pages of 500 rows lead to the end, no row twice; what had no room is only named': async (stage) => {
    const { id, people, lines } = await stage.scene(1);
    const other = await stage.group(people);
    for (const part of numbers(6)) {
      await Promise.all(numbers(100).map((n) => lines[0].say(id, `${part}.${n}`)));
    }
    await lines[0].say(other, 'also');
    const conversations = { [id]: { version: 1, receipts: 0 }, [other]: { version: 1, receipts: 0 } };
    const seen = new Set<string>();
    let asked: SyncBody = { conversations };
    for (let hasMore = true; hasMore; ) {
      const answer = await sync(people[0], asked);
      expect(answer.hasMore).toBe(Object.values(answer.conversations).some((part) => part.hasMore));
      const rows = Object.values(answer.conversations).flatMap((part) => ('messages' in part ? part.messages : []));
      expect(rows.length).toBeLessThanOrEqual(500);
      for (const row of rows) {
        expect(seen.has(row.id)).toBe(false);
        seen.add(row.id);
      }
      const next: SyncBody['conversations'] = { ...asked.conversations };
      for (const [key, { version, receipts }] of Object.entries(answer.conversations))
        next[key] = { version, receipts };
      asked = { cursor: answer.cursor, conversations: next };
      ({ hasMore } = answer);
    }
    expect(seen.size).toBe(601);
    expect(asked.conversations).toMatchObject({ [id]: { version: 601 }, [other]: { version: 2 } });
  },

  'G4: who is ahead of the server, or of another epoch, is answered with reset': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    await Promise.all(numbers(60).map((n) => lines[0].say(id, `${n}`)));
    const here = { version: 61, receipts: 0 };
    const { epoch } = await lines[0].ready();
    expect((await sync(people[0], { conversations: { [id]: here }, epoch })).conversations).toEqual({});
    const asked: SyncBody[] = [
      { conversations: { [id]: { version: 99, receipts: 0 } }, epoch },
      { conversations: { [id]: { version: 61, receipts: 9 } }, epoch },
      { conversations: { [id]: here }, epoch: 'another' },
    ];
    for (const body of asked) {
      const answer = await sync(people[0], body);
      const part = partOf(answer, id);
      expect([answer.epoch, part.reset, part.hasMore, part.version]).toEqual([epoch, true, false, 61]);
      expect(part.messages.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(numbers(60, 11));
      expect(part.members).toHaveLength(2);
    }
  },

  'G4 S2.38: a plain client that was cut off hears on where it left off, once it has synced': async (stage) => {
    const { id, people, lines } = await stage.scene(1);
    const device = await people[0].connect({ reconnection: true, reconnectionDelay: 1, reconnectionDelayMax: 5 });
    await lines[0].say(id, 'heard');
    await device.reaches(id, 2);
    await device.drop();
    await lines[0].say(id, 'perhaps missed');
    await device.first('ready', (announced) => device.all('ready').indexOf(announced) === 1);
    const answer = await device.ask('sync', { conversations: { [id]: { version: 2, receipts: 0 } } });
    const last = await lines[0].say(id, 'heard again');
    await device.reaches(id, last.version ?? 0);
    expect(partOf(answer, id).messages.map(({ content }) => content)).toContain('perhaps missed');
  },

  'A60 §5: what is no question to sync is refused': async (stage) => {
    const { id, people, lines } = await stage.scene(1);
    const position = { version: 1, receipts: 0 };
    const many = Object.fromEntries(numbers(1001).map((n) => [NOBODY.slice(0, -4) + String(1000 + n), position]));
    const bodies = [
      {},
      { conversations: [] },
      { conversations: null },
      { conversations: { x: position } },
      { conversations: { [id]: 1 } },
      { conversations: { [id]: { version: -1, receipts: 0 } } },
      { conversations: { [id]: { version: 0.5, receipts: 0 } } },
      { conversations: { [id]: { version: 2 ** 53, receipts: 0 } } },
      { conversations: { [id]: { ...position, more: 1 } } },
      { conversations: { [id]: position }, cursor: 'x' },
      { conversations: { [id]: position }, epoch: 7 },
      { conversations: many },
    ];
    for (const body of bodies) {
      const answers = [await lines[0].refused('sync', body), await people[0].refused('POST', '/sync', body)];
      expect([body, answers.map(({ code }) => code)]).toEqual([body, ['validation_failed', 'validation_failed']]);
    }
  },
};
