import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Behaviours } from '../stage.js';
import { COMMAND_NAMES } from '../table.js';
import { anError, NOBODY } from './shapes.js';

/** What is no payload of any command. */
const NO_PAYLOAD: [string, unknown[]][] = [
  ['nothing', []],
  ['null', [null]],
  ['a list', [[]]],
  ['a text', ['text']],
  ['a number', [7]],
  ['true', [true]],
  ['an empty object', [{}]],
  ['two payloads', [{ conversationId: NOBODY, content: 'x' }, { conversationId: NOBODY }]],
];

export const commands: Behaviours = {
  '§5 D16: an unknown event is answered with not_found, whatever its name': async (stage) => {
    const line = await (await stage.person()).connect();
    for (const name of ['message:shout', '', '__proto__', 'constructor', 'toString', 'ready', 'message:new']) {
      expect([name, await line.refused(name, {})]).toEqual([name, anError('not_found')]);
    }
  },

  '§5 D16 S3.6: every command answers what is no payload of it with validation_failed, and goes on': async (stage) => {
    const line = await (await stage.person()).connect();
    const asked = COMMAND_NAMES.flatMap((name) => NO_PAYLOAD.map(([what, sent]) => ({ name, what, sent })));
    const answers = await Promise.all(
      asked.map(async ({ name, what, sent }) => [name, what, (await line.refused(name, ...sent)).code]),
    );
    expect(answers).toEqual(asked.map(({ name, what }) => [name, what, 'validation_failed']));
    expect(line.ended).toBeNull();
  },

  '§3 §5: an unknown key is refused, not ignored, and named': async (stage) => {
    const person = await stage.person();
    const id = await stage.group([person]);
    const line = await person.connect();
    for (const key of ['isAdmin', 'senderId', 'senderType', '__proto__', 'constructor']) {
      const sent = JSON.parse(`{"conversationId":"${id}","content":"x","${key}":{"x":1}}`) as object;
      const error = await line.refused('message:send', sent);
      expect([key, error.code, error.details?.map(({ path }) => path)]).toEqual([key, 'validation_failed', [key]]);
    }
    expect((await person.get<{ lastSeq: number }>(`/conversations/${id}`)).lastSeq).toBe(0);
  },

  '§5: a command without an ack callback runs all the same': async (stage) => {
    const { id, lines } = await stage.scene(2);
    lines[0].give('message:send', { conversationId: id, content: 'no answer wanted' });
    await lines[1].first('message:new', ({ message }) => message.content === 'no answer wanted');
  },

  '§3 A18: of what is not there and of what is not one’s own every command says the same': async (stage) => {
    const [owner, stranger] = await stage.crowd(2);
    const foreign = await stage.group([owner]);
    const message = await owner.say(foreign, 'not for you');
    const line = await stranger.connect();
    const ask = async (name: string, payload: object) => {
      const { requestId: _, clientMessageId: __, ...error } = await line.refused(name, payload);
      return JSON.stringify(error);
    };
    const both = async (name: string, key: string, id: string, more: object = {}) => {
      const answers = await Promise.all([id, NOBODY].map((each) => ask(name, { [key]: each, ...more })));
      expect([name, answers[0]]).toEqual([name, answers[1]]);
      expect(JSON.parse(answers[0] ?? '')).toMatchObject({ code: 'not_found', retryable: false });
    };
    for (const name of ['message:read', 'message:delivered']) await both(name, 'conversationId', foreign, { seq: 1 });
    for (const name of ['conversation:join', 'conversation:leave', 'conversation:open']) {
      await both(name, 'conversationId', foreign);
    }
    await both('message:send', 'conversationId', foreign, { content: 'let me in' });
    await both('message:edit', 'messageId', message.id, { content: 'mine now' });
    await both('message:delete', 'messageId', message.id);
    for (const name of ['reaction:add', 'reaction:remove']) await both(name, 'messageId', message.id, { emoji: '👍' });
    expect((await owner.get<{ version: number }>(`/conversations/${foreign}`)).version).toBe(2);
  },

  '§3: an id is an id in any case': async (stage) => {
    const { id, lines, people } = await stage.scene(2);
    const { messageId } = await lines[0].say(id.toUpperCase(), 'loud', { clientMessageId: randomUUID().toUpperCase() });
    await lines[1].reaches(id, 2);
    expect((await people[1].get<{ id: string }>(`/messages/${messageId.toUpperCase()}`)).id).toBe(messageId);
    await lines[0].ask('conversation:join', { conversationId: id.toUpperCase() });
  },
};
