import { expect } from '@jest/globals';
import type { ConversationDetail, TypingUsers } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import type { Line } from '../line.js';
import type { Behaviours } from '../stage.js';
import { anError } from './shapes.js';

/** Until the last event that a line received has exactly these users. */
const shows = (line: Line, people: readonly { id: string }[]) => {
  const wanted = people.map(({ id }) => id).sort();
  return eventually(`these are typing: ${wanted.join(' ')}`, () => {
    const told = line.all('typing:update').at(-1);
    return told?.count === wanted.length && [...told.userIds].sort().join() === wanted.join();
  });
};

export const typing: Behaviours = {
  'S4.35 S4.33 S4.31 §5: the complete set is told to every member on every node, by REST too, and ends with a stop':
    async (stage) => {
      const { id, people, lines } = await stage.scene(3);
      const second = await people[0].connect();
      expect(await lines[0].ask('typing:start', { conversationId: id })).toEqual({ success: true });
      for (const line of [...lines, second]) {
        expect(await line.first('typing:update')).toEqual({ conversationId: id, userIds: [people[0].id], count: 1 });
      }
      await lines[1].ask('typing:start', { conversationId: id });
      await shows(lines[2], [people[0], people[1]]);
      // Also to a device that comes while they type.
      await shows(await people[2].connect(), [people[0], people[1]]);
      for (const url of stage.urls) {
        await eventually('every node knows', async () => {
          const { text } = await people[2].call('GET', `/conversations/${id}/typing`, undefined, { url });
          return (JSON.parse(text) as TypingUsers).userIds.includes(people[1].id);
        });
      }
      await lines[1].ask('typing:stop', { conversationId: id });
      await lines[0].ask('typing:stop', { conversationId: id });
      for (const line of lines) await shows(line, []);
    },

  'S4.35 S3.44 §5: whoever does not go on is no longer typing, though nobody says so': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    await lines[0].ask('typing:start', { conversationId: id });
    await shows(lines[1], [people[0]]);
    lines[0].close();
    await shows(lines[1], []);
    expect((await people[1].get<TypingUsers>(`/rooms/${id}/typing`)).userIds).toEqual([]);
  },

  'S4.35 §5: a message ends what its sender was typing, on whichever node and device': async (stage) => {
    const { id, people, lines } = await stage.scene(3);
    await lines[0].ask('typing:start', { conversationId: id });
    await lines[1].ask('typing:start', { conversationId: id });
    await shows(lines[2], [people[0], people[1]]);
    await people[0].say(id, 'from another device');
    await shows(lines[2], [people[1]]);
  },

  '§5: starts above one a second are acknowledged and make no updates of their own': async (stage) => {
    const { id, people, lines } = await stage.scene(2);
    for (let n = 0; n < 20; n += 1) await lines[0].ask('typing:start', { conversationId: id });
    await shows(lines[1], [people[0]]);
    await lines[0].ask('typing:stop', { conversationId: id });
    await shows(lines[1], []);
    expect(lines[1].all('typing:update').length).toBeLessThanOrEqual(3);
  },

  'G5 §6: strangers cannot tell it from nothing, the removed hear and say nothing, and an archived conversation is quiet':
    async (stage) => {
      const { id, people, lines } = await stage.scene(3);
      const stranger = await stage.person();
      const outside = await stranger.connect();
      for (const name of ['typing:start', 'typing:stop'])
        expect(await outside.refused(name, { conversationId: id })).toEqual(anError('not_found'));
      expect(await stranger.refused('GET', `/conversations/${id}/typing`)).toMatchObject({ status: 404 });
      await people[0].delete(`/conversations/${id}/members/${people[2].id}`);
      await lines[2].first('member:removed');
      expect(await lines[2].refused('typing:start', { conversationId: id })).toEqual(anError('not_found'));
      await lines[0].ask('typing:start', { conversationId: id });
      await shows(lines[1], [people[0]]);
      await people[0].patch<ConversationDetail>(`/conversations/${id}`, { isArchived: true });
      await lines[0].first('conversation:archived');
      const details = [{ path: 'conversation', message: 'archived' }];
      expect(await lines[0].refused('typing:start', { conversationId: id })).toEqual(anError('conflict', { details }));
      expect(await lines[1].ask('typing:stop', { conversationId: id })).toEqual({ success: true });
      await lines[1].first('conversation:archived');
      await shows(lines[1], []);
      expect(lines[2].all('typing:update')).toEqual([]);
    },
};
