import {
  type ConversationListItem,
  type ConversationSync,
  excerptOf,
  LIMITS,
  type Member,
  type Message,
  type SyncAnswer,
  type Watermark,
} from '@parley/protocol';
import { type Person, succeeded } from './people.js';

/** What a client holds of one conversation. */
export interface Held {
  version: number;
  receipts: number;
  item: ConversationListItem | null;
  messages: Map<number, Message>;
  members: Map<string, Member>;
  marks: Map<string, Watermark>;
  /** From this `seq` on all messages are held; of those before it only some may be. */
  floor: number;
}

/** A client that only ever syncs, and does with the answers what docs/protocol.md says, in as few words as possible. */
export class SyncReader {
  readonly held = new Map<string, Held>();
  cursor: number | undefined;
  epoch: string | undefined;

  constructor(private readonly person: Person) {}

  /** Takes a conversation in from its beginning. */
  hold(id: string, at = { version: 0, receipts: 0 }): void {
    this.held.set(id, { ...at, item: null, messages: new Map(), members: new Map(), marks: new Map(), floor: 1 });
  }

  /** Asks and takes once. */
  async step(): Promise<SyncAnswer> {
    const answer = await this.ask();
    this.epoch = answer.epoch;
    this.cursor = answer.cursor;
    for (const id of answer.removed) this.held.delete(id);
    for (const { id } of answer.added) if (!this.held.has(id)) this.hold(id);
    for (const [id, news] of Object.entries(answer.conversations)) {
      const held = this.held.get(id);
      if (held && 'conversation' in news) take(held, news);
    }
    return answer;
  }

  /** Until there is no more; returns the answers. */
  async catchUp(): Promise<SyncAnswer[]> {
    const answers: SyncAnswer[] = [];
    for (;;) {
      const known = [...this.held.keys()];
      const answer = await this.step();
      answers.push(answer);
      const hasNew = [...this.held.keys()].some((id) => !known.includes(id));
      if (!answer.hasMore && !hasNew) return answers;
      if (answers.length > 1_000) throw new Error('A sync that never ends.');
    }
  }

  ask(): Promise<SyncAnswer> {
    const conversations = Object.fromEntries(
      [...this.held].map(([id, { version, receipts }]) => [id, { version, receipts }]),
    );
    return syncing(this.person, { conversations, cursor: this.cursor, epoch: this.epoch });
  }

  /** Everything held, to be compared with what `fetched` returns of the same rows. */
  state(): State {
    return Object.fromEntries(
      [...this.held].map(([id, held]) => {
        const messages = [...held.messages.values()].sort((a, b) => a.seq - b.seq);
        const members = [...held.members.values()].filter(({ leftAt }) => leftAt === null).sort(byUser);
        const { lastMessage, ...item } = held.item as ConversationListItem;
        const others = members.filter(({ user }) => user.id !== this.person.id);
        const asSeen = messages.map((message) => ({ ...message, status: statusOf(message, this.person.id, others) }));
        return [id, { item, last: lastMessage?.seq ?? 0, messages: asSeen, members: this.told(members) }];
      }),
    );
  }

  /** In large conversations nobody is told of others' marks. */
  private told(members: Member[]): Member[] {
    const isOwn = ({ user }: Member) => user.id === this.person.id;
    if (members.length <= LIMITS.receiptsMembers) return members;
    return members.map((each) => (isOwn(each) ? each : { ...each, lastReadSeq: 0, lastDeliveredSeq: 0 }));
  }

  /** What of all that there is this client has to hold: all, or after a reset what it was told since. */
  knownOf(state: State): State {
    return Object.fromEntries(
      Object.entries(state).map(([id, there]) => {
        const held = this.held.get(id);
        const messages = there.messages.filter(({ seq }) => !held || seq >= held.floor || held.messages.has(seq));
        return [id, { ...there, messages, members: this.told(there.members) }];
      }),
    );
  }
}

interface ConversationState {
  item: object;
  last: number;
  messages: Message[];
  members: Member[];
}

export type State = Record<string, ConversationState>;

/** Status moves with the marks of others, without a version: clients derive it. */
function statusOf({ senderId, type, seq }: Message, userId: string, others: readonly Member[]): Message['status'] {
  if (senderId !== userId || type === 'system' || others.length === 0) return 'sent';
  if (others.length >= LIMITS.receiptsMembers) return 'sent';
  if (others.every(({ lastReadSeq }) => lastReadSeq >= seq)) return 'read';
  return others.every(({ lastDeliveredSeq }) => lastDeliveredSeq >= seq) ? 'delivered' : 'sent';
}

export const syncing = async (person: Person, question: object): Promise<SyncAnswer> =>
  succeeded(await person.post('/sync', question));

/** The same of a client that fetches everything now. */
export async function fetched(person: Person): Promise<State> {
  const items = await all<ConversationListItem>(person, '/conversations?archived=all&limit=100', 'cursor');
  const state: State = {};
  for (const { lastMessage, ...item } of items) {
    const messages = await all<Message>(person, `/conversations/${item.id}/messages?limit=100`, 'before');
    const members = await all<Member>(person, `/conversations/${item.id}/members?limit=100`, 'cursor');
    messages.sort((a, b) => a.seq - b.seq);
    state[item.id] = {
      item,
      last: lastMessage?.seq ?? 0,
      messages,
      members: members.map(asSynced).sort(byUser),
    };
  }
  return state;
}

/** Whether somebody is here is not part of what a sync answers. */
function asSynced({ user, ...member }: Member): Member {
  const { id, username, displayName, avatarUrl, isBot } = user;
  return { ...member, user: { id, username, displayName, avatarUrl, isBot } };
}

async function all<T>(person: Person, path: string, parameter: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { items: T[]; nextCursor: string | null } = succeeded(await person.get(`${path}${cursor}`));
    items.push(...page.items);
    cursor = page.nextCursor && `&${parameter}=${encodeURIComponent(page.nextCursor)}`;
  }
  return items;
}

const byUser = (a: Member, b: Member): number => (a.user.id < b.user.id ? -1 : 1);

function take(held: Held, news: ConversationSync): void {
  if (news.reset) {
    for (const rows of [held.messages, held.members, held.marks]) rows.clear();
    held.floor = Math.min(...news.messages.map(({ seq }) => seq), news.conversation.lastSeq + 1);
  }
  held.item = news.conversation;
  held.version = news.version;
  held.receipts = news.receipts;
  for (const member of news.members) if (isNewer(member, held.members.get(member.user.id))) takeMember(held, member);
  for (const message of news.messages) if (isNewer(message, held.messages.get(message.seq))) takeMessage(held, message);
  dropExpired(held, news.conversation.firstSeq);
  for (const mark of news.watermarks) {
    held.marks.set(mark.userId, mark);
    raise(held, mark.userId, mark);
  }
}

const isNewer = (row: { version: number }, than: { version: number } | undefined): boolean =>
  !than || row.version > than.version;

const takeMember = (held: Held, member: Member): void => {
  const { lastReadSeq = 0, lastDeliveredSeq = 0 } = held.members.get(member.user.id) ?? {};
  held.members.set(member.user.id, member);
  raise(held, member.user.id, { lastReadSeq, lastDeliveredSeq });
};

/** Of what has expired there is no row any more, and nothing of it in those that quote it. */
function dropExpired({ messages }: Held, firstSeq = 1): void {
  for (const [seq, message] of messages) {
    const { replyTo } = message;
    if (seq < firstSeq) messages.delete(seq);
    else if (replyTo && replyTo.seq < firstSeq) messages.set(seq, { ...message, replyTo: { ...replyTo, excerpt: '' } });
  }
}

/** Sending moves the sender's marks; a reply quotes what is there now. */
function takeMessage(held: Held, message: Message): void {
  const { seq, type, senderId, content } = message;
  held.messages.set(seq, message);
  if (type !== 'system') raise(held, senderId, { lastReadSeq: seq, lastDeliveredSeq: seq });
  for (const other of held.messages.values()) {
    if (other.replyTo?.seq === seq)
      held.messages.set(other.seq, { ...other, replyTo: { ...other.replyTo, excerpt: excerptOf(content) } });
  }
}

function raise(held: Held, userId: string, to: { lastReadSeq: number; lastDeliveredSeq: number }): void {
  const member = held.members.get(userId);
  if (!member) return;
  held.members.set(userId, {
    ...member,
    lastReadSeq: Math.max(member.lastReadSeq, to.lastReadSeq),
    lastDeliveredSeq: Math.max(member.lastDeliveredSeq, to.lastDeliveredSeq),
  });
}
