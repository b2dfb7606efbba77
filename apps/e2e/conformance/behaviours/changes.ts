import { expect } from '@jest/globals';
import type { Message, MessageEdit, MessageReaction, Page } from '@parley/protocol';
import type { Behaviours } from '../stage.js';
import { anError, aTime, NOBODY } from './shapes.js';

export const changes: Behaviours = {
  'S4.21 §5: an edit is heard by every member with its version, keeps seq and time, and its history can be read':
    async (stage) => {
      const { id, people, lines } = await stage.scene(3);
      const { messageId, message } = await lines[0].say(id, 'first', { metadata: { a: 1 } });
      const answer = await lines[0].ask('message:edit', { messageId, content: 'second' });
      const edited = { ...message, content: 'second', editedAt: aTime, version: 3 };
      expect(answer).toEqual({ success: true, version: 3, message: edited });
      for (const line of lines) {
        const event = await line.first('message:edited');
        expect(event).toEqual({
          conversationId: id,
          version: 3,
          actorId: people[0].id,
          message: answer.message,
          mentionsAdded: [],
          mentionsRemoved: [],
        });
      }
      const again = await people[0].patch<Message>(`/messages/${messageId}`, { content: 'third', metadata: {} });
      expect([again.content, again.metadata, again.version]).toEqual(['third', {}, 4]);
      const edits = await people[2].get<Page<MessageEdit>>(`/messages/${messageId}/edits`);
      expect(edits.items.map(({ originalContent, editedBy }) => [originalContent, editedBy])).toEqual([
        ['first', people[0].id],
        ['second', people[0].id],
      ]);
      await lines[2].reaches(id, 4);
    },

  '§6 S4.21: only one’s own may be edited; a system message never; of strangers’ nothing is said': async (stage) => {
    const { id, people, lines } = await stage.scene(3);
    const { messageId } = await lines[1].say(id, 'mine');
    await people[0].patch(`/conversations/${id}`, { name: 'Another name' });
    const { items } = await people[0].get<Page<Message>>(`/conversations/${id}/messages?type=system`);
    for (const line of [lines[0], lines[2]]) {
      expect(await line.refused('message:edit', { messageId, content: 'x' })).toEqual(anError('forbidden'));
    }
    expect((await lines[0].refused('message:edit', { messageId: items[0]?.id, content: 'x' })).code).toBe('forbidden');
    const long = { messageId, content: 'x'.repeat(10_241) };
    expect(await lines[1].refused('message:edit', long)).toEqual(anError('content_too_long'));
    const unknown = await lines[0].refused('message:edit', { messageId: NOBODY, content: 'x' });
    expect(unknown).toEqual(anError('not_found'));
  },

  '§5: an edit from a version that was edited since is a conflict; a repeat of it is not': async (stage) => {
    const { id, lines } = await stage.scene(2);
    const { messageId, version: ifVersion } = await lines[0].say(id, 'one');
    await lines[1].ask('reaction:add', { messageId, emoji: '👍' });
    const first = await lines[0].ask('message:edit', { messageId, content: 'two', ifVersion });
    expect(first).toMatchObject({ success: true, message: { content: 'two' } });
    expect(await lines[0].ask('message:edit', { messageId, content: 'two', ifVersion })).toMatchObject({
      success: true,
      version: first.version,
    });
    expect(await lines[0].refused('message:edit', { messageId, content: 'three', ifVersion })).toMatchObject({
      code: 'conflict',
      details: [{ path: 'ifVersion', message: 'changed' }],
    });
  },

  '§3: an edit to the same text succeeds, takes no version and is heard by nobody': async (stage) => {
    const { id, lines } = await stage.scene(2);
    const { messageId } = await lines[0].say(id, 'as it is');
    expect(await lines[0].ask('message:edit', { messageId, content: 'as it is' })).toMatchObject({ version: 2 });
    await lines[0].say(id, 'next');
    await lines[1].reaches(id, 3);
    expect(lines[1].namesOf(id)).toEqual(['message:new', 'message:new']);
  },

  'S4.22 §4: a deletion leaves a tombstone everywhere; what quotes it has no excerpt any more, and keeps its version':
    async (stage) => {
      const { id, people, lines } = await stage.scene(3);
      const said = `a secret for @${people[2].username}`;
      const { messageId, createdAt } = await lines[1].say(id, said, { metadata: { a: 1 } });
      const reply = await lines[2].say(id, 'an answer', { replyToId: messageId });
      await lines[0].ask('reaction:add', { messageId, emoji: '👍' });
      const { message } = await lines[1].ask('message:delete', { messageId });
      expect(message).toMatchObject({
        id: messageId,
        seq: 1,
        content: '',
        metadata: {},
        mentions: [],
        reactions: [],
        replyTo: null,
        isDeleted: true,
        deletedAt: aTime,
        createdAt,
        version: 5,
      });
      for (const line of lines) {
        expect(await line.first('message:deleted')).toEqual({
          conversationId: id,
          version: 5,
          actorId: people[1].id,
          message,
          mentionsAdded: [],
          mentionsRemoved: [people[2].id],
        });
      }
      const { items } = await people[0].get<Page<Message>>(`/conversations/${id}/messages`);
      expect(items[1]?.replyTo).toEqual({ id: messageId, seq: 1, senderId: people[1].id, excerpt: '' });
      expect([items[1]?.version, JSON.stringify(items)]).toEqual([
        reply.version,
        expect.not.stringContaining('secret'),
      ]);
      expect((await people[1].get<Page<MessageEdit>>(`/messages/${messageId}/edits`)).items).toEqual([]);
    },

  '§6 S4.22: members delete their own, admins and owners of a group those of others; again changes nothing': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(3);
    const ofOwner = await lines[0].say(id, 'of the owner');
    const ofMember = await lines[1].say(id, 'of a member');
    expect(await lines[2].refused('message:delete', { messageId: ofMember.messageId })).toEqual(anError('forbidden'));
    expect(await lines[1].refused('message:delete', { messageId: ofOwner.messageId })).toEqual(anError('forbidden'));
    const { version } = await lines[0].ask('message:delete', { messageId: ofMember.messageId });
    const again = await people[1].delete<Message>(`/messages/${ofMember.messageId}`);
    expect([again.isDeleted, again.version]).toEqual([true, version]);
    const direct = await stage.direct(people[0], people[1]);
    const said = await lines[1].say(direct, 'between us');
    expect((await lines[0].refused('message:delete', { messageId: said.messageId })).code).toBe('forbidden');
  },

  '§3: what is deleted can be neither edited nor reacted to; a reply to it quotes nothing': async (stage) => {
    const { id, lines } = await stage.scene(2);
    const { messageId } = await lines[0].say(id, 'gone');
    await lines[0].ask('message:delete', { messageId });
    const refusals = [
      await lines[0].refused('message:edit', { messageId, content: 'back' }),
      await lines[1].refused('reaction:add', { messageId, emoji: '👍' }),
    ];
    expect(refusals).toEqual(refusals.map(() => anError('conflict')));
    const reply = await lines[1].say(id, 'what?', { replyToId: messageId });
    expect(reply.message?.replyTo).toMatchObject({ id: messageId, seq: 1, excerpt: '' });
    const { message } = await lines[0].first('message:new', ({ message: told }) => told.id === reply.messageId);
    expect(message.replyTo).toEqual(reply.message?.replyTo);
  },

  'S4.23 S4.27 §5: reactions are counted, told with who and what, and are mine only in what I ask for': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(3);
    const { messageId } = await lines[0].say(id, 'react');
    const added = await lines[1].ask('reaction:add', { messageId, emoji: '❤' });
    const mine = [{ emoji: '❤️', count: 1, reactedByMe: true }];
    expect(added).toEqual({ success: true, version: 3, changed: true, reactions: mine });
    expect(await lines[1].ask('reaction:add', { messageId, emoji: '❤️' })).toMatchObject({ changed: false, version: 3 });
    await Promise.all(lines.map((line) => line.reaches(id, 3)));
    const { status } = await people[2].call('POST', `/messages/${messageId}/reactions`, { emoji: '❤️' });
    expect(status).toBe(201);
    await Promise.all(lines.map((line) => line.reaches(id, 4)));
    await people[2].delete(`/messages/${messageId}/reactions/${encodeURIComponent('❤️')}`);
    for (const line of lines) {
      await line.reaches(id, 5);
      const told = line.all('reaction:updated');
      expect(told.map(({ action, userId, reactions }) => [action, userId, reactions])).toEqual([
        ['added', people[1].id, [{ emoji: '❤️', count: 1 }]],
        ['added', people[2].id, [{ emoji: '❤️', count: 2 }]],
        ['removed', people[2].id, [{ emoji: '❤️', count: 1 }]],
      ]);
      expect(told[0]).toMatchObject({
        conversationId: id,
        messageId,
        seq: 1,
        version: 3,
        actorId: people[1].id,
        emoji: '❤️',
      });
    }
    expect((await people[0].get<Message>(`/messages/${messageId}`)).reactions).toEqual([
      { emoji: '❤️', count: 1, reactedByMe: false },
    ]);
    expect((await people[0].get<Page<MessageReaction>>(`/messages/${messageId}/reactions`)).items).toEqual([
      { emoji: '❤️', userIds: [people[1].id] },
    ]);
    const removed = await lines[1].ask('reaction:remove', { messageId, emoji: '❤️' });
    expect(removed).toEqual({ success: true, version: 6, changed: true, reactions: [] });
  },

  'S4.23 §3: what is no single emoji is refused, and a 21st kind is a conflict': async (stage) => {
    const { id, lines } = await stage.scene(1);
    const { messageId } = await lines[0].say(id, 'react');
    for (const emoji of ['', 'x', '👍👍', ':+1:', '👍 ', '<b>', '👍\u0000', '\uD83D', '7']) {
      expect([emoji, (await lines[0].refused('reaction:add', { messageId, emoji })).code]).toEqual([
        emoji,
        'validation_failed',
      ]);
    }
    const kinds = [...'😀😃😄😁😆😅🤣😂🙂🙃😉😊😇🥰😍🤩😘😗😚😙'];
    await Promise.all(kinds.map((emoji) => lines[0].ask('reaction:add', { messageId, emoji })));
    expect(await lines[0].refused('reaction:add', { messageId, emoji: '🐙' })).toEqual(anError('conflict'));
    expect((await lines[0].ask('reaction:remove', { messageId, emoji: kinds[0] ?? '' })).reactions).toHaveLength(19);
    await lines[0].ask('reaction:add', { messageId, emoji: '🐙' });
  },

  '§4: a reply quotes the beginning of what its message says now; one of another conversation cannot be quoted': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(2);
    const { messageId } = await lines[0].say(id, '🇩🇪'.repeat(141));
    const reply = await lines[1].say(id, 'the answer', { replyToId: messageId });
    const quote = { id: messageId, seq: 1, senderId: people[0].id, excerpt: '🇩🇪'.repeat(140) };
    expect(reply.message?.replyTo).toEqual(quote);
    await lines[0].ask('message:edit', { messageId, content: 'something else' });
    const now = { ...quote, excerpt: 'something else' };
    const read = await people[0].get<Message>(`/messages/${reply.messageId}`);
    expect([read.replyTo, read.version]).toEqual([now, reply.version]);
    const { items } = await people[1].get<Page<Message>>(`/conversations/${id}/messages`);
    expect(items.at(-1)?.replyTo).toEqual(now);
    const other = await stage.group(people);
    const sent = { conversationId: other, content: 'x', replyToId: messageId };
    expect(await lines[0].refused('message:send', sent)).toEqual(anError('validation_failed'));
  },

  'S4.16 §4: mentions are those of members, outside code, in any case; an edit reckons them anew and tells who': async (
    stage,
  ) => {
    const { id, people, lines } = await stage.scene(3);
    const stranger = await stage.person();
    const [ann, ben, cem] = people.map(({ username }) => username);
    const text = `@${ben?.toUpperCase()} and \`@${cem}\` and mail@${cem} and @${stranger.username}`;
    const { messageId, message } = await lines[0].say(id, text);
    expect(message?.mentions).toEqual([people[1].id]);
    await lines[0].ask('message:edit', { messageId, content: `@${cem} and @${ann}` });
    const event = await lines[2].first('message:edited');
    expect([event.mentionsAdded.toSorted(), event.mentionsRemoved]).toEqual([
      [people[0].id, people[2].id].toSorted(),
      [people[1].id],
    ]);
    const counts = await Promise.all(
      people.map(async (each) => (await each.get<{ mentionCount: number }>(`/conversations/${id}`)).mentionCount),
    );
    expect(counts).toEqual([0, 0, 1]);
  },
};
