import { expect } from '@jest/globals';
import type { UserDetail } from '@parley/protocol';
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
};
