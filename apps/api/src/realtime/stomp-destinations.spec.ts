import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commandAt, conversationOf, destinationsOf, isQueue, topicOf } from './stomp-destinations.js';

const ID = '01a22623-0599-71c9-861d-c56fd8b2a503';
const QUEUES = ['/user/queue/messages', '/user/queue/acks', '/user/queue/errors'];

describe('a destination', () => {
  it('is the topic of a conversation by its whole name only, its id in either case', () => {
    expect(conversationOf(topicOf(ID.toUpperCase()))).toBe(ID);
    const strange = ['*', '**', '>', '#', '', `${ID}.*`, `${ID}/`, ` ${ID}`, `${ID},${ID}`, `{${ID}}`, '%2a', '..'];
    for (const id of strange) expect([id, conversationOf(topicOf(id))]).toEqual([id, null]);
  });

  it('of a command is read as that command', () => {
    expect(destinationsOf('message:send')).toEqual(['/app/message.send', '/app/chat.send']);
    expect(destinationsOf('typing:stop')).toEqual(['/app/typing.stop', '/app/chat.typing']);
    for (const name of ['message:send', 'message:read', 'typing:start', 'typing:stop', 'sync'] as const)
      for (const destination of destinationsOf(name)) expect(commandAt(destination, name)).toBe(name);
  });

  it('that is anything else is none of ours', () => {
    const part = fc.oneof(
      fc.constantFrom(ID, ID.toUpperCase(), '/topic/conversation/', '/app/', 'message.send', 'chat.typing', ...QUEUES),
      fc.constantFrom('/user/bob/queue/messages', '/queue/', '/', '.', ':', '*', '>', '\0', '%2f', '..', '__proto__'),
      fc.string({ unit: 'binary', maxLength: 10 }),
    );
    const event = fc.option(fc.oneof(fc.constantFrom('typing.stop', 'typing:stop'), fc.string()), { nil: undefined });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), event, (parts, named) => {
        const destination = parts.join('');
        const id = conversationOf(destination);
        if (id !== null) expect(destination.toLowerCase()).toBe(topicOf(id));
        expect(isQueue(destination)).toBe(QUEUES.includes(destination));
        const command = commandAt(destination, named);
        expect(command !== null).toBe(destination.startsWith('/app/'));
      }),
      { numRuns: Number(process.env.RUNS ?? 1_000) },
    );
  });
});
