import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { ConversationDetail, ConversationListItem, Message, Page } from '@parley/protocol';
import type { Behaviours } from '../stage.js';
import { anError, aTime, aUuid, numbers } from './shapes.js';

const ascending = (a: number, b: number) => a - b;
const ids = (page: { items: readonly { id: string }[] }) => page.items.map(({ id }) => id);

export const conversations: Behaviours = {
  'S2.8 §3: creating a group is version 1 without a message, heard by every member on every device': async (stage) => {
    const [ann, ben] = await stage.crowd(2);
    const lines = [await ann.connect(), await ben.connect(), await ben.connect()];
    const body = { type: 'group', name: ' Tea ', memberIds: [ben.id] };
    const { status, text } = await ann.call('POST', '/conversations', body);
    const detail = JSON.parse(text) as ConversationDetail;
    expect([status, detail]).toEqual([
      201,
      {
        id: aUuid,
        type: 'group',
        name: 'Tea',
        isArchived: false,
        createdBy: ann.id,
        createdAt: aTime,
        updatedAt: detail.createdAt,
        memberCount: 2,
        lastSeq: 0,
        version: 1,
        receipts: 0,
        peer: null,
        myRole: 'owner',
        lastMessage: null,
        unreadCount: 0,
        mentionCount: 0,
        lastReadSeq: 0,
        lastDeliveredSeq: 0,
        members: expect.anything(),
      },
    ]);
    expect(new Map(detail.members.map(({ user, role, version }) => [user.id, [role, version]]))).toEqual(
      new Map([
        [ann.id, ['owner', 1]],
        [ben.id, ['member', 1]],
      ]),
    );
    for (const line of lines) {
      const { version, conversation } = await line.first('conversation:created');
      expect([version, conversation.id]).toEqual([1, detail.id]);
      expect(conversation.myRole).toBe(line === lines[0] ? 'owner' : 'member');
    }
    await ann.say(detail.id, 'first');
    for (const line of lines) {
      await line.reaches(detail.id, 2);
      expect(line.versions(detail.id)).toEqual([1, 2]);
    }
  },

  '§3: an id made by the client makes a creation repeatable on every node; other than that it is a conflict': async (
    stage,
  ) => {
    const [ann, ben] = await stage.crowd(2);
    const body = { id: randomUUID(), type: 'group', name: 'Once', memberIds: [ben.id] };
    const answers = await Promise.all(
      numbers(6).map((n) => ann.call('POST', '/conversations', body, { url: stage.urls[n % stage.urls.length] })),
    );
    expect(answers.map(({ status }) => status).toSorted(ascending)).toEqual([200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ text }) => (JSON.parse(text) as { id: string }).id))).toEqual(new Set([body.id]));
    const refusals = [
      await ann.refused('POST', '/conversations', { ...body, name: 'Twice' }),
      await ben.refused('POST', '/conversations', { ...body, memberIds: [ann.id] }),
    ];
    expect(refusals).toEqual(refusals.map(() => anError('idempotency_conflict', { status: 409 })));
  },

  'S2.7 §3: a direct conversation begun from both sides at once on different nodes is one': async (stage) => {
    const [ann, ben] = await stage.crowd(2);
    const lines = [await ann.connect(), await ben.connect()];
    const begin = (who: typeof ann, whom: typeof ann) =>
      who.call('POST', '/conversations', { type: 'direct', memberIds: [whom.id] });
    const answers = await Promise.all(numbers(5).flatMap(() => [begin(ann, ben), begin(ben, ann)]));
    const details = answers.map(({ text }) => JSON.parse(text) as ConversationDetail);
    expect(answers.map(({ status }) => status).toSorted(ascending)).toEqual([...numbers(9).map(() => 200), 201]);
    const [{ id } = { id: '' }] = details;
    expect(new Set(ids({ items: details }))).toEqual(new Set([id]));
    expect(details[0]).toMatchObject({ type: 'direct', name: null, memberCount: 2, peer: { id: ben.id } });
    for (const line of lines) await line.first('conversation:created');
    await ann.say(id, 'hi');
    for (const line of lines) {
      await line.reaches(id, 2);
      expect(line.namesOf(id).filter((name) => name !== 'message:sent')).toEqual([
        'conversation:created',
        'message:new',
      ]);
    }
  },

  '§3 §6 S3.32: a direct conversation is of two, and its members and name are fixed': async (stage) => {
    const [ann, ben, cem] = await stage.crowd(3);
    for (const memberIds of [[], [ann.id], [ben.id, cem.id]]) {
      const { code } = await ann.refused('POST', '/conversations', { type: 'direct', memberIds });
      expect([memberIds.length, code]).toEqual([memberIds.length, 'validation_failed']);
    }
    const id = await stage.direct(ann, ben);
    const refusals = [
      await ann.refused('PATCH', `/conversations/${id}`, { name: 'Ours' }),
      await ann.refused('POST', `/conversations/${id}/members`, { memberIds: [cem.id] }),
      await ann.refused('DELETE', `/conversations/${id}/members/${ben.id}`),
      await ann.refused('DELETE', `/conversations/${id}/members/${ann.id}`),
      await ann.refused('PATCH', `/conversations/${id}/members/${ben.id}`, { role: 'admin' }),
    ];
    expect(refusals).toEqual(refusals.map(() => anError('conflict', { status: 409 })));
  },

  '§3 §5 S4.33: a rename is conversation:updated and a system message after it; the same name is nothing': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(2);
    const renamed = await people[0].patch<ConversationDetail>(`/conversations/${id}`, { name: 'Another' });
    expect([renamed.name, renamed.version]).toEqual(['Another', 3]);
    await people[0].patch(`/conversations/${id}`, { name: 'Another' });
    await lines[1].say(id, 'next');
    for (const line of lines) {
      await line.reaches(id, 4);
      const [event] = line.all('conversation:updated');
      expect([event?.version, event?.actorId, event?.conversation.name]).toEqual([2, people[0].id, 'Another']);
      const [system] = line.all('message:new');
      expect([system?.version, system?.message.metadata]).toEqual([
        3,
        { event: 'renamed', from: 'A group', to: 'Another' },
      ]);
      expect(line.versions(id)).toEqual([2, 3, 4]);
    }
  },

  '§6 S1.13: what is archived is read-only but for reading, marking, leaving and unarchiving': async (stage) => {
    const { id, people, lines } = await stage.scene(3);
    const { messageId } = await lines[1].say(id, 'before');
    await people[0].patch(`/conversations/${id}`, { isArchived: true });
    for (const line of lines) {
      const event = await line.first('conversation:archived');
      expect(event).toEqual({ conversationId: id, version: 3, actorId: people[0].id, isArchived: true });
    }
    const archived = anError('conflict', { details: [{ path: 'conversation', message: 'archived' }] });
    const refusals = [
      await lines[1].refused('message:send', { conversationId: id, content: 'x' }),
      await lines[1].refused('message:edit', { messageId, content: 'x' }),
      await lines[1].refused('message:delete', { messageId }),
      await lines[1].refused('reaction:add', { messageId, emoji: '👍' }),
      await people[0].refused('PATCH', `/conversations/${id}`, { name: 'x' }),
      await people[0].refused('POST', `/conversations/${id}/members`, { memberIds: [people[2].id] }),
      await people[0].refused('DELETE', `/conversations/${id}/members/${people[2].id}`),
      await people[0].refused('PATCH', `/conversations/${id}/members/${people[2].id}`, { role: 'admin' }),
    ];
    expect(refusals).toEqual(refusals.map(() => archived));
    await lines[2].ask('message:read', { conversationId: id, seq: 1 });
    await lines[1].ask('conversation:open', { conversationId: id });
    await people[2].delete(`/conversations/${id}/members/${people[2].id}`);
    expect(ids(await people[1].get<Page<ConversationListItem>>('/conversations'))).toEqual([]);
    expect(ids(await people[1].get<Page<ConversationListItem>>('/conversations?archived=true'))).toEqual([id]);
    await people[0].patch(`/conversations/${id}`, { isArchived: false });
    await lines[1].first('conversation:archived', ({ isArchived }) => !isArchived);
    await lines[1].say(id, 'after');
  },

  'S2.31 §5: leaving a conversation silences this socket only, until it joins again': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const second = await people[1].connect();
    expect(await lines[1].ask('conversation:leave', { conversationId: id })).toEqual({
      success: true,
      version: 1,
      receipts: 0,
    });
    await lines[0].say(id, 'unheard');
    await second.reaches(id, 2);
    const joined = await lines[1].ask('conversation:join', { conversationId: id });
    expect(joined).toEqual({ success: true, version: 2, receipts: 0 });
    await lines[0].say(id, 'heard');
    await lines[1].reaches(id, 3);
    const heard = lines[1].all('message:new').filter(({ version }) => version > joined.version);
    expect(heard.map(({ message }) => message.content)).toEqual(['heard']);
    await second.reaches(id, 3);
    expect(second.versions(id)).toEqual([2, 3]);
  },

  'S2.11 S2.32 S3.23: the list is mine, the latest activity first, each with its last message and what is unread':
    async (stage) => {
      const [ann, ben] = await stage.crowd(2);
      const groups: string[] = [];
      for (const n of numbers(5)) groups.push(await stage.group([ann, ben], `Group ${n}`));
      const direct = await stage.direct(ben, ann);
      const said = await ben.say(groups[1] ?? '', 'the latest');
      const expected = [groups[1], direct, groups[4], groups[3], groups[2], groups[0]];
      const listed: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const query = `limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
        const page: Page<ConversationListItem> = await ann.get(`/conversations?${query}`);
        expect([page.items.length, page.hasMore]).toEqual([2, page.nextCursor !== null]);
        listed.push(...ids(page));
        cursor = page.nextCursor;
      }
      expect(listed).toEqual(expected);
      const { items } = await ann.get<Page<ConversationListItem>>('/conversations');
      expect(items[0]).toMatchObject({ unreadCount: 1, lastSeq: 1, lastMessage: { id: said.id } as Message });
      expect(items[1]).toMatchObject({ type: 'direct', peer: { id: ben.id, username: ben.username } });
      for (const query of ['cursor=x', 'limit=0', 'limit=101', 'limit=x', 'archived=maybe', 'sort=name']) {
        expect([query, (await ann.refused('GET', `/conversations?${query}`)).status]).toEqual([query, 400]);
      }
    },

  '§3: a path under rooms is the same as under conversations': async (stage) => {
    const { id, people } = await stage.scene(1);
    const [ann] = people;
    const said = await ann.post<Message>(`/rooms/${id}/messages`, { content: 'hi' });
    expect(await ann.get(`/rooms/${id}`)).toEqual(await ann.get(`/conversations/${id}`));
    const page = await ann.get<Page<Message>>(`/messages?conversationId=${id}`);
    expect(page).toEqual(await ann.get(`/rooms/${id}/messages`));
    expect(await ann.get(`/rooms/${id}/messages/${said.id}`)).toEqual(await ann.get(`/messages/${said.id}`));
  },
};
