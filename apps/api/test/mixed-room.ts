import { randomInt, randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Ack, EventName, Events, Message, SendResult } from '@parley/protocol';
import { Chance, eventually, openClient, type Transport, type TransportClient } from '@parley/testkit';
import type { TestNode } from './node.js';
import { at } from './pair-of-nodes.js';
import { groupOf, type Person, people, succeeded } from './people.js';

const ANSWER_MS = 15_000;
const ROUNDS = 8;
/** Of everything that is done. */
const REPEATED = 0.2;
const EDITED = 0.2;

/** A way to read, and to send unless it is REST. */
const WAYS: { name: string; transport: Transport; isFollowing?: true }[] = [
  { name: 'Socket.IO', transport: 'socketio' },
  { name: '/ws', transport: 'websocket' },
  { name: '/ws/{id}', transport: 'websocket', isFollowing: true },
  { name: 'a queue of STOMP', transport: 'stomp' },
  { name: 'a topic of STOMP', transport: 'stomp', isFollowing: true },
];

/** A member who reads one conversation over one transport of one node, and writes to it. */
class RoomMember {
  /** The events of the conversation that have a version, to the letter, in order. */
  readonly heard: { version: number; text: string }[] = [];
  private readonly client: TransportClient;
  private isReady = false;

  constructor(
    readonly name: string,
    readonly person: Person,
    private readonly id: string,
    { transport, isFollowing }: (typeof WAYS)[number],
  ) {
    const follows = isFollowing && { conversation: id, afterSeq: () => 0 };
    const { url, token } = person;
    this.client = openClient(
      transport,
      { url, token, reconnection: false, follows, socketIo: { transports: ['websocket'] } },
      { opened: () => undefined, received: (event, payload) => this.take(event, payload), lost: () => undefined },
    );
  }

  async ready(): Promise<void> {
    await eventually(`${this.name} is ready`, () => this.isReady);
  }

  async reaches(version: number): Promise<void> {
    await eventually(`${this.name} hears version ${version}`, () => this.heard.at(-1)?.version === version);
  }

  /** Sends a text, or repeats one. */
  async say(content: string, clientMessageId: string): Promise<SendResult> {
    return granted(
      await this.client.ask('message:send', { conversationId: this.id, content, clientMessageId }, ANSWER_MS),
    );
  }

  async edit(messageId: string, content: string): Promise<void> {
    granted(await this.client.ask('message:edit', { messageId, content }, ANSWER_MS));
  }

  close(): void {
    this.client.close();
  }

  private take(name: EventName, payload: Events[EventName]): void {
    if (name === 'ready') this.isReady = true;
    const { conversationId, version } = payload as { conversationId?: string; version?: number };
    if (conversationId === this.id && version !== undefined)
      this.heard.push({ version, text: `${name} ${JSON.stringify(payload)}` });
  }
}

/** One conversation, a member on each node by each way. */
class MixedRoom {
  private constructor(
    readonly id: string,
    readonly owner: Person,
    readonly members: readonly RoomMember[],
  ) {}

  static async open(nodes: readonly TestNode[]): Promise<MixedRoom> {
    const places = nodes.flatMap((node, n) => WAYS.map((way) => ({ node, way, name: `${way.name} of node ${n + 1}` })));
    const crowd = await people(nodes[0] as TestNode, places.length);
    const owner = crowd[0] as Person;
    const id = await groupOf(owner, crowd.slice(1));
    const members = places.map(({ node, way, name }, n) => new RoomMember(name, at(node, crowd[n] as Person), id, way));
    await Promise.all(members.map((member) => member.ready()));
    return new MixedRoom(id, owner, members);
  }

  /**
   * All members write at once, each over their own connection and over REST in between; some is sent again meanwhile, by
   * the other of the two, and some of it edited. Returns what all sends were answered.
   */
  async talk(seed: number): Promise<SendResult[]> {
    return (await Promise.all(this.members.map((member, n) => this.write(member, new Chance(seed + n))))).flat();
  }

  /** The history, in order of `seq`. */
  async stored(): Promise<Message[]> {
    const all: Message[] = [];
    for (let after: string | null = '0'; after !== null; ) {
      const path = `/conversations/${this.id}/messages?limit=100&after=${encodeURIComponent(after)}`;
      const page = succeeded(await this.owner.get(path));
      all.push(...page.items);
      after = page.nextCursor;
    }
    return all;
  }

  /** Waits until everybody has heard of all there is; returns the last version. */
  async settle(): Promise<number> {
    const { version } = await this.owner.sees(this.id);
    await Promise.all(this.members.map((member) => member.reaches(version)));
    return version;
  }

  close(): void {
    for (const member of this.members) member.close();
  }

  private async write(member: RoomMember, chance: Chance): Promise<SendResult[]> {
    const own: SendResult[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const sends = Array.from({ length: 1 + chance.below(4) }, () => this.send(member, chance));
      own.push(...(await Promise.all(sends)).flat());
      const edited = chance.next() < EDITED && chance.pick(own);
      if (edited) await member.edit(edited.messageId, `edited ${round}`);
    }
    return own;
  }

  private async send(member: RoomMember, chance: Chance): Promise<SendResult[]> {
    const id = randomUUID();
    const content = `of ${member.name}: ${id}`;
    const ways = [() => member.say(content, id), () => this.post(member.person, content, id)];
    if (chance.next() < 0.3) ways.reverse();
    return Promise.all(ways.slice(0, chance.next() < REPEATED ? 2 : 1).map((way) => way()));
  }

  private async post(who: Person, content: string, clientMessageId: string): Promise<SendResult> {
    const message = await who.say(this.id, content, { clientMessageId });
    return { ...message, messageId: message.id };
  }
}

/**
 * Lets members of a conversation write over every transport of these nodes at once, and expects each of them to hear one
 * order: what is stored, each change once. `SEED` repeats what was left to chance.
 */
export async function expectOneOrder(nodes: readonly TestNode[]): Promise<void> {
  const seed = Number(process.env.SEED ?? randomInt(1_000_000));
  const room = await MixedRoom.open(nodes);
  try {
    const sent = await room.talk(seed);
    const last = await room.settle();
    const stored = await room.stored();
    const ids = stored.map(({ id }) => id);
    expect({ seed, seqs: stored.map(({ seq }) => seq) }).toEqual({ seed, seqs: range(1, stored.length) });
    expect({ seed, sent: new Set(sent.map(({ messageId }) => messageId)) }).toEqual({ seed, sent: new Set(ids) });
    for (const { name, heard } of room.members) {
      const versions = heard.map(({ version }) => version);
      expect({ seed, name, versions }).toEqual({ seed, name, versions: range(2, last) });
      expect({ seed, name, heard }).toEqual({ seed, name, heard: room.members[0]?.heard });
      const news = heard.flatMap(({ text }) => (text.startsWith(NEW) ? [JSON.parse(text.slice(NEW.length))] : []));
      expect({ seed, name, ids: news.map(({ message }) => message.id) }).toEqual({ seed, name, ids });
    }
  } finally {
    room.close();
  }
}

const NEW = 'message:new ';
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

function granted<Result extends object>(ack: Ack<Result>): Result {
  if (!ack.success) throw new Error(`Refused: ${JSON.stringify(ack.error)}`);
  return ack;
}
