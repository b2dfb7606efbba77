import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { BanPage, Member, Message, Page, Report, ReportPage, UserView } from '@parley/protocol';
import type { Behaviours } from '../stage.js';

const refusal = (code: string) => expect.objectContaining({ code });

export const moderation: Behaviours = {
  '§6: who is blocked may send nothing directly, and all devices of the blocker are told': async (stage) => {
    const [ann, bob] = await stage.crowd(2);
    const id = await stage.direct(ann, bob);
    const devices = [await ann.connect(), await ann.connect()];
    const line = await bob.connect();
    const clientMessageId = randomUUID();
    const sent = await bob.say(id, 'before', { clientMessageId });
    await ann.request('PUT', `/users/${bob.id}/block`);
    for (const device of devices) {
      expect(await device.first('user:blocked')).toEqual({ userId: bob.id, isBlocked: true });
    }
    expect((await ann.get<Page<UserView>>('/users/me/blocks')).items.map((user) => user.id)).toEqual([bob.id]);
    expect(await line.try('message:send', { conversationId: id, content: 'after' })).toMatchObject({
      error: refusal('forbidden'),
    });
    expect(await line.ask('message:send', { conversationId: id, content: 'before', clientMessageId })).toMatchObject({
      messageId: sent.id,
      duplicate: true,
    });
    expect(await stage.direct(bob, ann)).toBe(id);
    await bob.say(await stage.group([ann, bob]), 'in a group');
    expect(await ann.refused('PUT', `/users/${ann.id}/block`)).toMatchObject({ code: 'validation_failed' });
    await ann.delete(`/users/${bob.id}/block`);
    await bob.say(id, 'after');
  },

  '§6: who is silenced may write nothing for that time, and every member hears of it': async (stage) => {
    const { id, people, lines } = await stage.scene(3);
    const [owner, member] = people;
    const path = `/conversations/${id}/members/${member.id}/silence`;
    const silenced = await owner.request<Member>('PUT', path, { seconds: 600 });
    for (const line of lines) {
      await line.reaches(id, 2);
      expect(line.all('member:updated')).toEqual([
        { conversationId: id, version: 2, actorId: owner.id, members: [silenced] },
      ]);
    }
    const refused = { code: 'forbidden', retryAfterMs: expect.any(Number) };
    expect(await lines[1].try('message:send', { conversationId: id, content: 'a' })).toMatchObject({ error: refused });
    expect(await member.refused('POST', `/conversations/${id}/messages`, { content: 'a' })).toMatchObject(refused);
    expect(await owner.refused('PUT', path, { seconds: 0 })).toMatchObject({ code: 'validation_failed' });
    expect(await member.refused('PUT', path, { seconds: 60 })).toMatchObject({ code: 'forbidden' });
    expect(await owner.delete<Member>(path)).toMatchObject({ silencedUntil: null, version: 3 });
    await member.say(id, 'b');
  },

  '§6: who is banned is removed, and cannot be added until that is undone': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const [owner, member] = people;
    const path = `/conversations/${id}/bans/${member.id}`;
    await owner.request('PUT', path);
    expect(await lines[1].first('member:removed')).toMatchObject({ conversationId: id, userId: member.id });
    const memberIds = [member.id];
    expect(await owner.refused('POST', `/conversations/${id}/members`, { memberIds })).toMatchObject({
      code: 'conflict',
      details: [{ path: 'memberIds', message: 'banned' }],
    });
    const { items } = await owner.get<BanPage>(`/conversations/${id}/bans`);
    expect(items).toMatchObject([{ user: { id: member.id }, bannedBy: owner.id }]);
    expect(await owner.refused('PUT', `/conversations/${id}/bans/${owner.id}`)).toMatchObject({
      code: 'validation_failed',
    });
    await owner.delete(path);
    await owner.post(`/conversations/${id}/members`, { memberIds });
    await member.say(id, 'back');
  },

  '§6: a report in a group is told to its admins and owners, and to nobody else': async (stage) => {
    const { id, people, lines } = await stage.scene(3);
    const [owner, member, other] = people;
    const message: Message = await member.say(id, 'spam');
    const path = `/messages/${message.id}/reports`;
    const report = await other.post<Report>(path, { reason: 'spam' });
    const told = { reportId: report.id, conversationId: id };
    expect(await lines[0].first('report:updated')).toEqual({ ...told, isResolved: false });
    expect(await other.post<Report>(path, { reason: 'spam' })).toEqual(report);
    expect((await owner.get<ReportPage>(`/conversations/${id}/reports?isResolved=false`)).items).toEqual([report]);
    expect(await member.refused('GET', `/conversations/${id}/reports`)).toMatchObject({ code: 'forbidden' });
    expect(await other.refused('POST', path, { reason: 'dislike' })).toMatchObject({ code: 'validation_failed' });
    expect(await other.refused('GET', '/reports')).toMatchObject({ code: 'forbidden' });
    await owner.patch(`/reports/${report.id}`, { isResolved: true });
    await lines[0].first('report:updated', ({ isResolved }) => isResolved);
    expect([lines[1], lines[2]].flatMap((line) => line.all('report:updated'))).toEqual([]);
  },
};
