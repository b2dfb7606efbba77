import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message, MessagePage, SearchPage } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { SEARCH_BOUNDS } from '../src/modules/search/message-finder.js';
import { manyUsers } from './masses.js';
import { startNode, type TestNode } from './node.js';
import { groupOf, type Person, people, succeeded } from './people.js';

const WORDS = ['harbour', 'arbor', 'ПРИВЕТ', 'привета', '北京', '京都', 'ferry-boat', 'boat', '🎉'];
/** Each way of finding, with bounds that are met all the time; with no time, every answer ends early. */
const WAYS = {
  'by tokens': { few: 5_000 },
  'by tokens, until there are too many': { few: 6, rows: 9, ms: 0 },
  'by the rarer tokens': { few: 30, sampledPages: 2 },
  'by conversations': { few: -1, candidates: 4 },
  'from the newest back': { few: -1, own: -1, rows: 5, ms: 0, candidates: 3 },
};

let node: TestNode;
let seed = 20_261_129;

/** The same numbers in every run. */
function random(below: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * below);
}

const oneOf = <T>(list: readonly T[]): T => list[random(list.length)] as T;
const usual = { ...SEARCH_BOUNDS };

beforeAll(async () => {
  node = await startNode();
});
afterAll(async () => {
  Object.assign(SEARCH_BOUNDS, usual);
  await node.close();
});

/** Some words; one message in six is as long as they may be, with the words at its end. */
function aText(): string {
  const text = Array.from({ length: 1 + random(3) }, () => oneOf(WORDS)).join(' ');
  if (random(6) > 0) return text;
  const room = 10_240 - Buffer.byteLength(text);
  return `${'filling '.repeat(room / 8)}${text}`;
}

async function everythingOf(person: Person, conversationId: string): Promise<Message[]> {
  const all: Message[] = [];
  for (let after: string | null = '0'; after !== null; ) {
    const { status, body } = await person.get(`/conversations/${conversationId}/messages?limit=100&after=${after}`);
    if (status === 404) return [];
    const page: MessagePage = succeeded({ status, body } as never);
    all.push(...page.items);
    after = page.nextCursor;
  }
  return all.filter(({ type, isDeleted }) => type !== 'system' && !isDeleted);
}

/** All that is found, page by page. */
async function found(person: Person, asked: Record<string, string>): Promise<string[]> {
  const ids: string[] = [];
  for (let [cursor, pages] = ['' as string | null, 0]; cursor !== null; pages += 1) {
    expect(pages).toBeLessThan(500);
    const query = new URLSearchParams({ limit: String(1 + random(9)), ...asked, ...(cursor && { cursor }) });
    const page: SearchPage = succeeded(await person.get(`/search?${query.toString()}`));
    ids.push(...page.items.map(({ message }) => message.id));
    cursor = page.nextCursor;
  }
  return ids;
}

const newestFirst = (one: Message, other: Message): number =>
  other.createdAt.localeCompare(one.createdAt) ||
  other.conversationId.localeCompare(one.conversationId) ||
  other.seq - one.seq;

async function change(crowd: readonly Person[], conversations: readonly string[]): Promise<void> {
  const [owner] = crowd as [Person];
  const [id, person] = [oneOf(conversations), oneOf(crowd)];
  const dice = random(20);
  const other = oneOf(crowd.slice(1));
  if (dice === 0) await owner.delete(`/conversations/${id}/members/${other.id}`);
  else if (dice === 1) await other.delete(`/conversations/${id}/members/${other.id}`);
  else if (dice < 4) await owner.post(`/conversations/${id}/members`, { memberIds: [other.id] });
  else if (dice < 15) await person.post(`/conversations/${id}/messages`, { content: aText() });
  else {
    const mine = (await everythingOf(person, id)).filter(({ senderId }) => senderId === person.id);
    const message = mine[random(mine.length)];
    if (message && dice < 18) await person.patch(`/messages/${message.id}`, { content: aText() });
    else if (message) await person.delete(`/messages/${message.id}`);
  }
}

interface Asked {
  query: Record<string, string>;
  isMeant: (message: Message) => boolean;
}

function aQuestion(crowd: readonly Person[], conversations: readonly string[]): Asked {
  const has = (word: string) => (message: Message) =>
    message.content.normalize('NFKC').toLowerCase().includes(word.toLowerCase());
  const [word, more, person, id] = [oneOf(WORDS), oneOf(WORDS), oneOf(crowd), oneOf(conversations)];
  return oneOf<Asked>([
    { query: { q: word }, isMeant: has(word) },
    { query: { q: `${word} ${more}` }, isMeant: (message) => has(word)(message) && has(more)(message) },
    { query: { q: `${word} -${more}` }, isMeant: (message) => has(word)(message) && !has(more)(message) },
    { query: { q: word, from: person.id }, isMeant: (message) => has(word)(message) && message.senderId === person.id },
    { query: { q: `${word} in:${id}` }, isMeant: (message) => has(word)(message) && message.conversationId === id },
    { query: { from: person.username }, isMeant: ({ senderId }) => senderId === person.id },
    { query: { after: '2020-01-01' }, isMeant: () => true },
  ]);
}

describe('whatever happened, what is found is what a plain scan of what one may read finds', () => {
  it('G5 S4.29: after sends, edits, deletions, departures and returns, in a group of 5,000 too', async () => {
    const crowd = await people(node, 4);
    const [owner] = crowd as [Person];
    const conversations = [
      await groupOf(owner, crowd.slice(1)),
      await groupOf(owner, crowd.slice(1), 'Large'),
      await groupOf(owner, crowd.slice(1, 3)),
    ];
    const large = conversations[1] as string;
    const many = sql.param(await manyUsers(node, 5_000));
    await node.rows(sql`
      INSERT INTO conversation_participants (conversation_id, user_id, role, joined_at, version, user_version)
      SELECT ${large}, u, 'member', now(), 1, 1 FROM unnest(${many}::uuid[]) AS u`);
    await node.rows(sql`UPDATE conversations SET member_count = member_count + 5000 WHERE id = ${large}`);

    for (let round = 0; round < 4; round += 1) {
      for (let i = 0; i < 60; i += 1) await change(crowd, conversations);
      for (const person of crowd) {
        const readable = (await Promise.all(conversations.map((id) => everythingOf(person, id)))).flat();
        for (const [way, bounds] of Object.entries(WAYS)) {
          Object.assign(SEARCH_BOUNDS, usual, bounds);
          for (let i = 0; i < 3; i += 1) {
            const { query, isMeant } = aQuestion(crowd, conversations);
            const expected = readable
              .filter(isMeant)
              .sort(newestFirst)
              .map(({ id }) => id);
            expect([way, query, await found(person, query)]).toEqual([way, query, expected]);
          }
        }
      }
    }
  });
});
