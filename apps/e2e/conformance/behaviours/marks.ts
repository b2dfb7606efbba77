import { expect } from '@jest/globals';
import type {
  ConversationDetail,
  ConversationSettings,
  Message,
  MessageReceipt,
  Page,
  UnreadSummary,
} from '@parley/protocol';
import type { Behaviours } from '../stage.js';
import { anError, aTime, numbers } from './shapes.js';

export const marks: Behaviours = {
  'G6 S2.30 §5: a read mark is told to the members, and unread:updated on every device of the reader': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(3);
    const second = await people[1].connect();
    for (const n of numbers(5)) await lines[0].say(id, `${n}`);
    const { messageId } = await lines[0].say(id, 'the last');
    const counts = { lastReadSeq: 4, lastDeliveredSeq: 4, unreadCount: 2, mentionCount: 0, lastSeq: 6 };
    expect(await lines[1].ask('message:read', { conversationId: id, seq: 4 })).toEqual({ success: true, ...counts });
    const { lastDeliveredSeq: _, ...unread } = counts;
    for (const line of [lines[1], second]) {
      const told = await line.first('unread:updated');
      expect(told).toEqual({ conversationId: id, receipts: 1, ...unread });
    }
    const read = await lines[2].first('message:read');
    expect(read).toEqual({
      conversationId: id,
      receipts: 1,
      userId: people[1].id,
      readBy: people[1].id,
      messageId: expect.any(String),
      seq: 4,
      readAt: aTime,
    });
    await people[1].post(`/conversations/${id}/read`, { messageId });
    await second.first('unread:updated', ({ lastReadSeq, unreadCount }) => lastReadSeq === 6 && unreadCount === 0);
    await lines[0].first('message:read', (event) => event.seq === 6 && event.messageId === messageId);
    expect(lines[0].all('unread:updated')).toEqual([]);
  },

  'S2.10 S3.26 §5: delivered is told, moves nothing of read, and reading moves it along without a word': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(2);
    const { messageId } = await lines[0].say(id, 'one');
    await lines[0].say(id, 'two');
    const delivered = await lines[1].ask('message:delivered', { conversationId: id, messageId });
    expect(delivered).toMatchObject({ lastReadSeq: 0, lastDeliveredSeq: 1, unreadCount: 2 });
    expect(await lines[0].first('message:delivered')).toEqual({
      conversationId: id,
      receipts: 1,
      userId: people[1].id,
      deliveredTo: people[1].id,
      messageId,
      seq: 1,
      deliveredAt: aTime,
    });
    expect((await people[0].get<Message>(`/messages/${messageId}`)).status).toBe('delivered');
    const read = await lines[1].ask('message:read', { conversationId: id, seq: 2 });
    expect(read).toMatchObject({ lastReadSeq: 2, lastDeliveredSeq: 2, unreadCount: 0 });
    await lines[0].first('message:read', ({ seq }) => seq === 2);
    expect(lines[0].all('message:delivered')).toHaveLength(1);
    expect((await people[0].get<Message>(`/messages/${messageId}`)).status).toBe('read');
    const receipts = await people[0].get<Page<MessageReceipt>>(`/messages/${messageId}/receipts`);
    expect(receipts.items).toEqual([{ userId: people[1].id, deliveredAt: aTime, readAt: aTime }]);
  },

  'G6 §3: watermarks only move forward, on every node: lower and equal succeed, change nothing, are not told': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(2);
    const second = await people[1].connect();
    for (const n of numbers(3)) await lines[0].say(id, `${n}`);
    await lines[1].ask('message:read', { conversationId: id, seq: 2 });
    await second.first('unread:updated');
    await lines[0].first('message:read');
    for (const seq of [2, 1]) {
      expect(await second.ask('message:read', { conversationId: id, seq })).toMatchObject({ lastReadSeq: 2 });
      expect(await second.ask('message:delivered', { conversationId: id, seq })).toMatchObject({ lastDeliveredSeq: 2 });
    }
    await second.ask('message:read', { conversationId: id, seq: 3 });
    await second.first('unread:updated', ({ lastReadSeq }) => lastReadSeq === 3);
    await lines[0].first('message:read', ({ seq }) => seq === 3);
    expect(second.all('unread:updated').map(({ lastReadSeq }) => lastReadSeq)).toEqual([2, 3]);
    expect(lines[0].all('message:read').map(({ seq, receipts }) => [seq, receipts])).toEqual([
      [2, 1],
      [3, 2],
    ]);
    for (const url of stage.urls) {
      const { text } = await people[1].call('GET', `/conversations/${id}`, undefined, { url });
      expect(JSON.parse(text)).toMatchObject({ lastReadSeq: 3, lastDeliveredSeq: 3, unreadCount: 0, receipts: 2 });
    }
  },

  'S1.24 §5: a mark beyond the last message, of both or of none, or of another conversation is refused': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(2);
    await lines[0].say(id, 'one');
    const other = await stage.group(people);
    const { messageId } = await lines[0].say(other, 'elsewhere');
    for (const mark of [{ seq: 2 }, { seq: 0.5 }, { seq: -1 }, { seq: '1' }, {}, { seq: 1, messageId }]) {
      for (const name of ['message:read', 'message:delivered']) {
        const { code } = await lines[1].refused(name, { conversationId: id, ...mark });
        expect([name, mark, code]).toEqual([name, mark, 'validation_failed']);
      }
    }
    expect(await lines[1].refused('message:read', { conversationId: id, messageId })).toEqual(anError('not_found'));
    expect((await people[1].get<ConversationDetail>(`/conversations/${id}`)).receipts).toBe(0);
  },

  'G6 S2.13 S2.39 S3.13: unread is what came after my mark and is no system message, the same on every node': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(3);
    for (const n of numbers(3)) await lines[0].say(id, `${n} @${people[1].username}`);
    const { messageId } = await lines[2].say(id, 'to be deleted');
    await lines[2].ask('message:delete', { messageId });
    await people[0].patch(`/conversations/${id}`, { name: 'System messages do not count' });
    const asked = async (url: string) => {
      const { text } = await people[1].call('GET', '/messages/unread', undefined, { url });
      return JSON.parse(text) as UnreadSummary;
    };
    const items = [{ conversationId: id, unreadCount: 4, mentionCount: 3 }];
    for (const url of stage.urls) expect(await asked(url)).toEqual({ items, total: 4 });
    expect((await people[0].get<ConversationDetail>(`/conversations/${id}`)).unreadCount).toBe(1);
    await lines[1].ask('message:read', { conversationId: id, seq: 5 });
    await lines[2].say(id, 'after the system message');
    const one = [{ conversationId: id, unreadCount: 1, mentionCount: 0 }];
    for (const url of stage.urls) expect(await asked(url)).toEqual({ items: one, total: 1 });
    await lines[1].say(id, 'my own sets it to nothing');
    for (const url of stage.urls) expect(await asked(url)).toEqual({ items: [], total: 0 });
    const mine = await people[1].get<ConversationDetail>(`/conversations/${id}`);
    expect(mine).toMatchObject({ unreadCount: 0, mentionCount: 0, lastReadSeq: 7, lastDeliveredSeq: 7 });
  },

  'G6: marks of many racing with sends end where the last of each was, on every socket': async (stage) => {
    const { id, people, lines } = await stage.scene(4);
    const sends = numbers(20).map((n) => lines[0].say(id, `${n}`));
    const sent = await Promise.all(sends);
    const readers = lines.slice(1).map(async (line) => {
      for (const { seq } of sent.filter((_, n) => n % 4 === 3))
        await line.ask('message:read', { conversationId: id, seq });
    });
    await Promise.all([...readers, ...numbers(10).map((n) => lines[0].say(id, `more ${n}`))]);
    for (const reader of people.slice(1)) {
      for (const line of lines)
        await line.first('message:read', (mark) => mark.userId === reader.id && mark.seq === 20);
      expect(await reader.get<ConversationDetail>(`/conversations/${id}`)).toMatchObject({
        lastReadSeq: 20,
        unreadCount: 10,
      });
    }
  },

  'what somebody wants of a conversation is told to all of their devices, and to nobody else': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const second = await people[1].connect();
    const path = `/conversations/${id}/settings`;
    const settings = await people[1].request<ConversationSettings>('PATCH', path, { isPinned: true });
    expect(settings).toEqual({
      conversationId: id,
      notifications: 'all',
      mutedUntil: null,
      pinnedAt: aTime,
      hiddenSeq: null,
      unreadSeq: null,
      version: 1,
    });
    for (const line of [lines[1], second]) expect(await line.first('settings:updated')).toEqual({ settings });
    expect((await people[1].get<ConversationDetail>(`/conversations/${id}`)).settings).toEqual(settings);
    expect(await people[0].get<ConversationDetail>(`/conversations/${id}`)).not.toHaveProperty('settings');
    expect(lines[0].all('settings:updated')).toEqual([]);
    const listed = await people[1].get<Page<ConversationSettings>>('/users/me/conversation-settings');
    expect(listed.items).toEqual([settings]);
  },
};
