import { expect } from '@jest/globals';
import type { ConversationDetail, Member, Page } from '@parley/protocol';
import type { Behaviours } from '../stage.js';
import { anError, anonymous, aTime, numbers } from './shapes.js';

export const members: Behaviours = {
  'G4 G5 §5: whoever is added hears conversation:created before all else of it, on every device, and reads all': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(2);
    const cem = await stage.person();
    const devices = [await cem.connect(), await cem.connect()];
    await lines[0].say(id, 'before');
    const added = await people[0].post<{ items: Member[] }>(`/conversations/${id}/members`, { memberIds: [cem.id] });
    const member = {
      user: { id: cem.id, username: cem.username, displayName: expect.any(String), avatarUrl: null, isBot: false },
      role: 'member',
      joinedAt: aTime,
      leftAt: null,
      silencedUntil: null,
      lastReadSeq: 1,
      lastDeliveredSeq: 1,
      version: 3,
    };
    expect(added.items).toEqual([member]);
    for (const line of lines) {
      await line.reaches(id, 4);
      const event = { conversationId: id, version: 3, actorId: people[0].id, members: added.items };
      expect(line.all('member:added')).toEqual([event]);
      const [, system] = line.all('message:new');
      const metadata = { event: 'member_added', userIds: [cem.id] };
      expect(system?.message).toMatchObject({ type: 'system', content: '', metadata, seq: 2, senderId: people[0].id });
    }
    await lines[1].say(id, 'after');
    for (const device of devices) {
      await device.reaches(id, 5);
      expect(device.namesOf(id)).toEqual(['conversation:created', 'message:new', 'message:new']);
      expect(device.versions(id)).toEqual([3, 4, 5]);
      const [{ conversation } = { conversation: null }] = device.all('conversation:created');
      expect(conversation).toMatchObject({ id, type: 'group', myRole: 'member', memberCount: 3 });
    }
    const mine = await cem.get<ConversationDetail>(`/conversations/${id}`);
    expect(mine).toMatchObject({ unreadCount: 1, lastReadSeq: 1, myRole: 'member' });
    const history = await cem.get<Page<{ content: string }>>(`/conversations/${id}/messages`);
    expect(history.items.map(({ content }) => content)).toEqual(['before', '', 'after']);
  },

  '§3: one request is one version for all whom it adds; who is a member already is skipped': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const others = await stage.crowd(3);
    const memberIds = [people[1], ...others].map((each) => each.id);
    const { items } = await people[0].post<{ items: Member[] }>(`/conversations/${id}/members`, { memberIds });
    // They registered at once, so the order of their ids is any.
    expect(new Map(items.map(({ user, version }) => [user.id, version]))).toEqual(
      new Map(others.map((each) => [each.id, 2])),
    );
    const again = await people[0].call('POST', `/conversations/${id}/members`, { memberIds });
    expect([again.status, again.text]).toEqual([200, '{"items":[]}']);
    await lines[0].say(id, 'the next');
    await lines[1].reaches(id, 4);
    expect(lines[1].namesOf(id)).toEqual(['member:added', 'message:new', 'message:new']);
  },

  'G5 S4.33: the last that one who is removed hears is member:removed; every node refuses to tell more': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(3);
    const second = await people[1].connect();
    const said = await lines[1].say(id, 'mine');
    await people[0].delete(`/conversations/${id}/members/${people[1].id}`);
    await lines[0].say(id, 'not for all');
    await lines[2].reaches(id, 5);
    for (const line of [lines[1], second]) {
      await line.first('member:removed');
      expect(line.versions(id)).toEqual([2, 3]);
      expect(line.all('member:removed')).toEqual([
        { conversationId: id, version: 3, actorId: people[0].id, userId: people[1].id },
      ]);
    }
    const never = '018f0000-0000-7000-8000-000000000000';
    const paths = (one: string, message: string) => [
      ['GET', `/conversations/${one}`],
      ['GET', `/conversations/${one}/messages`],
      ['GET', `/conversations/${one}/members`],
      ['POST', `/conversations/${one}/messages`, { content: 'x' }],
      ['POST', `/conversations/${one}/read`, { seq: 1 }],
      ['GET', `/messages/${message}`],
      ['GET', `/messages/${message}/edits`],
      ['PATCH', `/messages/${message}`, { content: 'x' }],
    ];
    for (const url of stage.urls) {
      for (const [n, [method = '', path = '', body]] of (
        paths(id, said.messageId) as [string, string, object?][]
      ).entries()) {
        const [, other = ''] = (paths(never, never)[n] ?? []) as string[];
        const answers = [
          await people[1].call(method, path, body, { url }),
          await people[1].call(method, other, body, { url }),
        ].map(({ status, text }) => [path, status, anonymous(text).replace(/"clientMessageId":"[^"]+"/, '')]);
        expect(answers[0]).toEqual(answers[1]);
        expect(answers[0]?.[1]).toBe(404);
      }
    }
    expect((await people[1].get<Page<{ id: string }>>('/conversations?archived=all')).items).toEqual([]);
    await lines[2].reaches(id, 5);
    expect([...lines[1].versions(id), ...second.versions(id)].filter((version) => version > 3)).toEqual([]);
  },

  'G5 G3: a removal that races with sends on every node takes its place among them': async (stage) => {
    const { id, people, lines } = await stage.scene(3);
    const second = await people[2].connect();
    const sends = numbers(30).map((n) => lines[n % 2]?.say(id, `${n}`));
    const removal = people[0].delete(`/conversations/${id}/members/${people[2].id}`);
    await Promise.all([...sends, removal]);
    const { version } = await people[0].get<ConversationDetail>(`/conversations/${id}`);
    await Promise.all([lines[0].reaches(id, version), lines[1].reaches(id, version)]);
    const at = lines[0].all('member:removed')[0]?.version ?? 0;
    for (const line of [lines[2], second]) {
      await line.reaches(id, at);
      expect(line.versions(id)).toEqual(numbers(at, 2));
    }
  },

  'G5: coming back is conversation:created again, as a member with nothing unread': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    await people[0].patch(`/conversations/${id}/members/${people[1].id}`, { role: 'admin' });
    await people[0].delete(`/conversations/${id}/members/${people[1].id}`);
    await lines[1].first('member:removed');
    await lines[0].say(id, 'missed');
    await people[0].post(`/conversations/${id}/members`, { memberIds: [people[1].id] });
    const created = await lines[1].first('conversation:created');
    await lines[0].say(id, 'heard');
    const { version } = await people[0].get<ConversationDetail>(`/conversations/${id}`);
    await lines[1].reaches(id, version);
    expect(created.conversation.id).toBe(id);
    expect(lines[1].all('message:new').at(-1)?.message.content).toBe('heard');
    const mine = await people[1].get<ConversationDetail>(`/conversations/${id}`);
    expect(mine).toMatchObject({ myRole: 'member', unreadCount: 1 });
  },

  '§6: leaving is removing oneself; the last owner leaves only after passing it on, or alone': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    const [owner, member] = people;
    expect(await owner.refused('DELETE', `/conversations/${id}/members/${owner.id}`)).toEqual(anError('forbidden'));
    const path = `/conversations/${id}/members/${member.id}`;
    expect((await owner.patch<Member>(path, { role: 'owner' })).role).toBe('owner');
    await owner.delete(`/conversations/${id}/members/${owner.id}`);
    await lines[1].first('member:removed', ({ userId, actorId }) => userId === owner.id && actorId === owner.id);
    const { version } = await member.get<ConversationDetail>(`/conversations/${id}`);
    await lines[1].reaches(id, version);
    const { message } = lines[1].all('message:new').at(-1) ?? { message: null };
    expect(message?.metadata).toMatchObject({ event: 'member_left' });
    await member.delete(path);
    expect((await member.refused('GET', `/conversations/${id}`)).status).toBe(404);
  },

  '§6 §5: a role is heard as member:updated; the one held already changes nothing': async (stage) => {
    const { id, people, lines } = await stage.scene(3);
    const path = `/conversations/${id}/members/${people[1].id}`;
    const promoted = await people[0].patch<Member>(path, { role: 'admin' });
    expect([promoted.role, promoted.version]).toEqual(['admin', 2]);
    await people[0].patch(path, { role: 'admin' });
    await lines[0].say(id, 'next');
    for (const line of lines) {
      await line.reaches(id, 4);
      expect(line.namesOf(id).filter((name) => name !== 'message:sent')).toEqual([
        'member:updated',
        'message:new',
        'message:new',
      ]);
      expect(line.all('member:updated')).toEqual([
        { conversationId: id, version: 2, actorId: people[0].id, members: [promoted] },
      ]);
    }
    const [{ message } = { message: null }] = lines[2].all('message:new');
    const metadata = { event: 'role_changed', userIds: [people[1].id], from: 'member', to: 'admin' };
    expect(message?.metadata).toEqual(metadata);
  },

  '§6 S4.44: who may do what in a group': async (stage) => {
    const { id, people } = await stage.scene(4);
    const [owner, admin, member, other] = people;
    const stranger = await stage.person();
    const of = (person: { id: string }) => `/conversations/${id}/members/${person.id}`;
    await owner.patch(of(admin), { role: 'admin' });
    const refused = [
      await member.refused('PATCH', `/conversations/${id}`, { name: 'Mine' }),
      await member.refused('PATCH', `/conversations/${id}`, { isArchived: true }),
      await member.refused('POST', `/conversations/${id}/members`, { memberIds: [stranger.id] }),
      await member.refused('DELETE', of(other)),
      await member.refused('PATCH', of(member), { role: 'owner' }),
      await admin.refused('PATCH', of(member), { role: 'admin' }),
      await admin.refused('DELETE', of(owner)),
    ];
    expect(refused).toEqual(refused.map(() => anError('forbidden', { status: 403 })));
    await admin.patch(`/conversations/${id}`, { name: 'By an admin' });
    await admin.post(`/conversations/${id}/members`, { memberIds: [stranger.id] });
    await admin.delete(of(other));
    await owner.delete(of(admin));
  },
};
