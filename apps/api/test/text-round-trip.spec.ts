import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isSearchable, type Message } from '@parley/protocol';
import fc from 'fast-check';
import { foldName } from '../src/modules/users/folded-name.js';
import { startNode, type TestNode } from './node.js';
import { type Answer, aPerson, groupOf, type Person, people, succeeded } from './people.js';
import { syncing } from './sync-reader.js';
import type { TestSocket } from './test-socket.js';
import { json, text } from './written-text.js';

/** A failure prints the seed that it came from. */
const RUNS = { numRuns: 60, seed: 43 };

let node: TestNode;
let ann: Person;
let bob: Person;
let group: string;
let socket: TestSocket;

beforeAll(async () => {
  node = await startNode();
  [ann, bob] = (await people(node, 2)) as [Person, Person];
  group = await groupOf(ann, [bob]);
  socket = await bob.connect();
});
afterAll(() => node.close());

/** A message as everybody sees it: whether it was read depends on who asks. */
const common = (message: Message) => ({ ...message, status: null });
const isRefused = ({ status, body }: Answer) => status === 400 && body.error.code === 'validation_failed';

/** The same message by every way that reads it from the database. */
async function readings(message: Message): Promise<Message[]> {
  const { id, seq, version } = message;
  const conversations = { [group]: { version: version - 1, receipts: 0 } };
  const [one, page, around, answer] = await Promise.all([
    bob.get(`/messages/${id}`),
    bob.get(`/conversations/${group}/messages?after=${seq - 1}&limit=1`),
    bob.get(`/conversations/${group}/messages?around=${id}&limit=1`),
    syncing(bob, { conversations }),
  ]);
  const synced = answer.conversations[group];
  if (!synced || !('messages' in synced)) throw new Error('The sync left the conversation out.');
  const opened = await socket.ask('conversation:open', { conversationId: group, after: String(seq - 1), limit: 1 });
  return [
    succeeded(one),
    ...succeeded(page).items,
    ...succeeded(around).items,
    ...synced.messages.filter((each) => each.id === id),
    ...opened.items,
    succeeded(await bob.get('/conversations')).items[0].lastMessage,
  ];
}

describe('what was acknowledged is what is read', () => {
  it('G1: a message with its metadata, by ack, event, history, list and sync', async () => {
    const property = fc.asyncProperty(text, fc.dictionary(text, json, { maxKeys: 4 }), async (content, metadata) => {
      const ack = await socket.ask('message:send', { conversationId: group, content, metadata });
      if (!ack.success) return expect(ack.error.code).toBe('validation_failed');
      const told = common(ack.message);
      expect(told.metadata).toEqual(metadata);
      expect(common((await socket.first('message:new', ({ message }) => message.id === told.id)).message)).toEqual(
        told,
      );
      const read = (await readings(ack.message)).map(common);
      expect(read).toEqual(Array.from({ length: 6 }, () => told));
    });
    await fc.assert(property, RUNS);
  });

  it('G1: an edit, what was there before it, and the excerpt of a reply', async () => {
    const property = fc.asyncProperty(text, text, json, async (before, after, value) => {
      const sent = await bob.post(`/conversations/${group}/messages`, { content: `${before}.`, metadata: { value } });
      if (isRefused(sent)) return;
      const { id, content } = succeeded(sent) as Message;
      const edited = await bob.patch(`/messages/${id}`, { content: `${after}!`, metadata: { edited: value } });
      if (isRefused(edited)) return;
      const told = succeeded(edited) as Message;
      const { items } = succeeded(await ann.get(`/messages/${id}/edits`));
      if (told.editedAt) expect(items[0].originalContent).toBe(content);
      const reply = succeeded(await ann.post(`/conversations/${group}/messages`, { content: 'so', replyToId: id }));
      const read = (await readings(reply)).map(common);
      expect(read).toEqual(Array.from({ length: 6 }, () => common(reply)));
      expect(common(succeeded(await bob.get(`/messages/${id}`)))).toEqual(common(told));
    });
    await fc.assert(property, RUNS);
  });

  it('G1: names of users and groups, and pictures, in every answer and event that has them', async () => {
    const property = fc.asyncProperty(text, text, async (displayName, name) => {
      const avatarUrl = `https://host.example/?${encodeURIComponent(name)}`;
      const renamed = await ann.patch('/users/me', { displayName, avatarUrl });
      if (!isRefused(renamed)) {
        const told = succeeded(renamed);
        const seen = { displayName: told.displayName, avatarUrl };
        const search = `/users?query=${encodeURIComponent(told.displayName)}`;
        if (isSearchable(foldName(told.displayName)))
          expect(succeeded(await bob.get(search)).items).toContainEqual(expect.objectContaining(seen));
        expect(succeeded(await bob.get(`/users/${ann.id}`))).toMatchObject(seen);
        expect(succeeded(await bob.get(`/users?ids=${ann.id}`)).items).toMatchObject([seen]);
      }
      const changed = await ann.patch(`/conversations/${group}`, { name });
      if (isRefused(changed)) return;
      const told = succeeded(changed);
      expect(await bob.sees(group)).toMatchObject({ name: told.name });
      expect(succeeded(await bob.get('/conversations')).items[0]).toMatchObject({ name: told.name });
      const { items } = succeeded(await bob.get(`/conversations/${group}/messages?limit=1`));
      if (told.version > 2) expect(items[0].metadata).toMatchObject({ to: told.name });
    });
    await fc.assert(property, RUNS);
  });

  it('G1: a host product’s name for a user, and the emoji of reactions', async () => {
    const property = fc.asyncProperty(text, fc.constantFrom('👍', '🏳️‍🌈', '1️⃣', '👩🏽‍🚀', '🇺🇳'), async (name, emoji) => {
      const who = await aPerson(node, { name });
      const me = succeeded(await who.get('/users/me'));
      expect(succeeded(await bob.get(`/users/${who.id}`)).displayName).toBe(me.displayName);
      const { id } = await bob.say(group, 'here');
      const { reactions } = succeeded(await bob.post(`/messages/${id}/reactions`, { emoji }));
      expect(reactions[0].emoji).toBe(emoji);
      expect(succeeded(await bob.get(`/messages/${id}`)).reactions).toEqual(reactions);
      expect(succeeded(await bob.get(`/messages/${id}/reactions`)).items).toEqual([{ emoji, userIds: [bob.id] }]);
    });
    await fc.assert(property, { ...RUNS, numRuns: 20 });
  });
});
