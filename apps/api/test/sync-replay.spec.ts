import './small-limits.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message, SyncAnswer } from '@parley/protocol';
import { startNode, type TestNode } from './node.js';
import { type Answer, directOf, groupOf, type Person, people } from './people.js';
import { fetched, SyncReader } from './sync-reader.js';

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const OPERATIONS = 200;
const EMOJI = ['👍', '🎉', '😀'];

/** The same numbers between 0 and 1 for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** People, what they have in common, and what any of them may happen to do to it. */
class Turmoil {
  readonly done = new Map<string, number>();
  private readonly messages: Message[] = [];

  constructor(
    private readonly random: () => number,
    private readonly all: readonly Person[],
    private readonly conversations: readonly string[],
  ) {}

  one<T>(of: readonly T[]): T {
    return of[Math.floor(this.random() * of.length)] as T;
  }

  chance(of: number): boolean {
    return this.random() < of;
  }

  /** Some of it is refused, as it may be; anything but that is a fault. */
  async step(): Promise<void> {
    const [name, answering] = this.chance(0.4) ? this.sending() : this.chance(0.25) ? this.managing() : this.changing();
    const { status, body } = await answering();
    if (![200, 201, 204, 400, 403, 404, 409].includes(status)) throw new Error(`${name} was answered ${status}.`);
    if (status > 299) return;
    this.done.set(name, (this.done.get(name) ?? 0) + 1);
    if (name === 'send') this.messages.push(body);
  }

  private sending(): Operation {
    const who = this.one(this.all);
    const conversationId = this.one(this.conversations);
    const quoted = this.recent(conversationId);
    const content = `${this.random()} ${this.chance(0.3) ? `@${this.one(this.all).username}` : ''}`;
    const body = { content, ...(quoted && this.chance(0.4) && { replyToId: quoted.id }) };
    return ['send', () => who.post(`/conversations/${conversationId}/messages`, body)];
  }

  /** Mostly by who may do it. */
  private managing(): Operation {
    const who = this.chance(0.6) ? (this.all[0] as Person) : this.one(this.all);
    const other = this.one(this.all);
    const at = `/conversations/${this.one(this.conversations)}`;
    return this.one<Operation>([
      ['rename', () => who.patch(at, { name: `Name ${this.random()}` })],
      [
        'archive',
        async () => {
          await who.patch(at, { isArchived: true });
          return who.patch(at, { isArchived: false });
        },
      ],
      ['add', () => who.post(`${at}/members`, { memberIds: this.all.map(({ id }) => id) })],
      ['remove', () => (this.chance(0.5) ? who : other).delete(`${at}/members/${other.id}`)],
      ['role', () => who.patch(`${at}/members/${other.id}`, { role: this.one(['admin', 'member']) })],
    ]);
  }

  /** Something about a message that is not long past. */
  private changing(): Operation {
    const message = this.recent(this.one(this.conversations));
    if (!message) return this.sending();
    const who = this.chance(0.5) ? (this.all.find(({ id }) => id === message.senderId) as Person) : this.one(this.all);
    const at = `/conversations/${message.conversationId}`;
    const of = `/messages/${message.id}`;
    return this.one<Operation>([
      ['edit', () => who.patch(of, { content: `edited ${this.random()} @${this.one(this.all).username}` })],
      ['delete', () => who.delete(of)],
      ['react', () => who.post(`${of}/reactions`, { emoji: this.one(EMOJI) })],
      ['unreact', () => who.delete(`${of}/reactions/${encodeURIComponent(EMOJI[0] as string)}`)],
      ['read', () => this.one(this.all).post(`${at}/read`, { seq: message.seq })],
      ['deliver', () => this.one(this.all).post(`${at}/delivered`, { seq: message.seq })],
    ]);
  }

  private recent(conversationId: string): Message | null {
    const own = this.messages.filter((message) => message.conversationId === conversationId);
    return own.length > 0 ? this.one(own.slice(-15)) : null;
  }
}

type Operation = readonly [string, () => Promise<Answer>];

/** What every answer has to keep to, however little room there was. */
function check(answer: SyncAnswer): void {
  const entries = Object.values(answer.conversations);
  expect(answer.hasMore || entries.every(({ hasMore }) => !hasMore)).toBe(true);
  expect(answer.added.length + answer.removed.length).toBeLessThanOrEqual(2 + answer.removed.length);
  const ids = new Set(answer.users.map(({ id }) => id));
  for (const news of entries) {
    if (!('conversation' in news)) continue;
    const versions = news.messages.map(({ version }) => version);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    const all = [...versions, ...news.members.map(({ version }) => version)];
    if (!news.reset) expect(new Set(all).size > 1 && all.length > 6).toBe(false);
    expect(Math.max(0, ...all)).toBeLessThanOrEqual(news.version);
    if (!news.hasMore) expect(news.version).toBe(news.conversation.version);
    const named = news.messages.flatMap(({ senderId, mentions }) => [senderId, ...mentions]);
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  }
}

describe('whatever happens', () => {
  const everything = new Map<string, number>();
  let [answers, resets, deferred] = [0, 0, 0];

  it.each([1, 2, 3, 4, 5, 6])('G4: who syncs ends where one who fetches everything does (seed %i)', async (seed) => {
    const random = randomOf(seed);
    const all = (await people(node, 5)) as [Person, Person, Person, Person, Person];
    const [ann, ben, cid] = all;
    const ids = [
      await groupOf(ann, all.slice(1)),
      await groupOf(ben, [ann, cid, ...all.slice(3)]),
      await directOf(cid, ann),
    ];
    const turmoil = new Turmoil(random, all, ids);
    const readers = all.map((person) => ({ person, reader: new SyncReader(person) }));
    const note = (answer: SyncAnswer) => {
      check(answer);
      answers += 1;
      for (const news of Object.values(answer.conversations)) {
        if (!('conversation' in news)) deferred += 1;
        else if (news.reset) resets += 1;
      }
    };
    // The last one is away for all of it, the one before for most.
    for (let i = 0; i < OPERATIONS; i += 1) {
      await turmoil.step();
      const { reader } = turmoil.one(readers.slice(0, i > OPERATIONS - 20 ? 4 : 3));
      if (turmoil.chance(0.3)) note(await reader.step());
    }
    for (const { person, reader } of readers) {
      for (const answer of await reader.catchUp()) note(answer);
      const state = await fetched(person);
      expect(Object.keys(reader.state()).sort()).toEqual(Object.keys(state).sort());
      expect(reader.state()).toEqual(reader.knownOf(state));
    }
    for (const [name, count] of turmoil.done) everything.set(name, (everything.get(name) ?? 0) + count);
  });

  it('everything did happen', () => {
    expect([...everything.keys()].sort()).toEqual(
      [
        'send',
        'edit',
        'delete',
        'react',
        'unreact',
        'read',
        'deliver',
        'rename',
        'archive',
        'add',
        'remove',
        'role',
      ].sort(),
    );
    expect(Math.min(...everything.values())).toBeGreaterThan(5);
    expect([answers > 300, resets > 5, deferred > 30]).toEqual([true, true, true]);
  });
});
