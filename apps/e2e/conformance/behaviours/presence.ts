import { expect } from '@jest/globals';
import type { Me, MemberDetail, OnlineMembers, Page, UserDetail } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import type { Behaviours } from '../stage.js';
import { aTime } from './shapes.js';

export const presence: Behaviours = {
  'S2.26 S3.24 S3.25: coming and going is told on every node to those who share a conversation, once for all devices':
    async (stage) => {
      const [watcher, comer, stranger] = await stage.crowd(3);
      const id = await stage.group([watcher, comer]);
      await stage.group([stranger]);
      const lines = await Promise.all(stage.urls.map(() => watcher.connect()));
      const deaf = await stranger.connect();
      const devices = [await comer.connect(), await comer.connect()];
      const of = ({ userId }: { userId: string }) => userId === comer.id;
      for (const line of lines) {
        expect(await line.first('status:online', of)).toEqual({ userId: comer.id, lastSeenAt: aTime });
      }
      for (const url of stage.urls) {
        await eventually('every node says that they are there', async () => {
          const { text } = await watcher.call('GET', `/users/${comer.id}`, undefined, { url });
          return (JSON.parse(text) as UserDetail).isOnline === true;
        });
      }
      expect(await stranger.get<UserDetail>(`/users/${comer.id}`)).toMatchObject({ isOnline: null, lastSeenAt: null });
      devices[0]?.close();
      await devices[1]?.ask('sync', { conversations: {} });
      devices[1]?.close();
      const said = await watcher.say(id, 'bye');
      for (const line of lines) {
        await line.reaches(id, said.version);
        expect(await line.first('status:offline', of)).toEqual({ userId: comer.id, lastSeenAt: aTime });
        expect(line.all('status:online').filter(of)).toHaveLength(1);
        expect(line.all('status:offline').filter(of)).toHaveLength(1);
      }
      expect([...deaf.all('status:online'), ...deaf.all('status:offline')].filter(of)).toEqual([]);
      expect(await watcher.get<UserDetail>(`/users/${comer.id}`)).toMatchObject({ isOnline: false, lastSeenAt: aTime });
    },
  'S2.26: whoever is idle on all devices is away, and whoever is watched is told of in groups of any size': async (
    stage,
  ) => {
    const [watcher, person, stranger] = await stage.crowd(3);
    const many = await stage.crowd(99);
    await stage.group([watcher, person, ...many]);
    const line = await watcher.connect();
    const userIds = [person.id, stranger.id];
    const asked = await line.ask('presence:subscribe', { userIds });
    expect(asked.users).toEqual({ [person.id]: { isOnline: false, isAway: false, lastSeenAt: null } });
    const devices = await Promise.all(stage.urls.map(() => person.connect()));
    const of = ({ userId }: { userId: string }) => userId === person.id;
    await line.first('status:online', of);
    for (const device of devices) await device.ask('presence:idle', { isIdle: true });
    expect(await line.first('status:away', of)).toEqual({ userId: person.id, lastSeenAt: aTime });
    expect(await line.ask('presence:subscribe', { userIds: [person.id] })).toMatchObject({
      users: { [person.id]: { isOnline: true, isAway: true, lastSeenAt: aTime } },
    });
    await devices[0]?.ask('presence:idle', { isIdle: false });
    await eventually('they are back', () => line.all('status:online').filter(of).length === 2);
  },

  'S2.26: whoever hides is offline for others on every node, in events, answers and lists': async (stage) => {
    const [watcher, person] = await stage.crowd(2);
    const id = await stage.group([watcher, person]);
    const lines = await Promise.all(stage.urls.map(() => watcher.connect()));
    await person.connect();
    const of = ({ userId }: { userId: string }) => userId === person.id;
    for (const line of lines) await line.first('status:online', of);
    expect((await watcher.get<OnlineMembers>(`/conversations/${id}/online`)).userIds).toContain(person.id);
    expect((await watcher.get<Page<MemberDetail>>(`/conversations/${id}/members`)).items).toContainEqual(
      expect.objectContaining({ user: expect.objectContaining({ id: person.id, isOnline: true, lastSeenAt: aTime }) }),
    );
    expect(await person.patch<Me>('/users/me', { isHidden: true })).toMatchObject({ isHidden: true });
    for (const line of lines) {
      expect(await line.first('status:offline', of)).toEqual({ userId: person.id, lastSeenAt: null });
    }
    const hidden = { isOnline: false, lastSeenAt: null };
    expect(await watcher.get<UserDetail>(`/users/${person.id}`)).toMatchObject(hidden);
    expect((await watcher.get<OnlineMembers>(`/conversations/${id}/online`)).userIds).not.toContain(person.id);
    await person.patch('/users/me', { isHidden: false });
    await eventually('they are seen again', () =>
      lines.every((line) => line.all('status:online').filter(of).length === 2),
    );
  },

  'S3.24: another name or picture is told on every node to those who share a conversation, and to nobody else': async (
    stage,
  ) => {
    const [watcher, person, stranger] = await stage.crowd(3);
    await stage.group([watcher, person]);
    const lines = await Promise.all(stage.urls.map(() => watcher.connect()));
    const [own, deaf] = await Promise.all([person.connect(), stranger.connect()]);
    await person.patch('/users/me', { displayName: 'Somebody else', avatarUrl: 'https://host.example/picture.png' });
    for (const line of [...lines, own]) {
      const { user } = await line.first('user:updated', (event) => event.user.id === person.id);
      expect(user).toEqual({
        id: person.id,
        username: person.username,
        displayName: 'Somebody else',
        avatarUrl: 'https://host.example/picture.png',
        isBot: false,
      });
    }
    await stranger.patch('/users/me', { displayName: 'A stranger' });
    await deaf.first('user:updated', (event) => event.user.id === stranger.id);
    expect(deaf.all('user:updated')).toHaveLength(1);
  },
};
