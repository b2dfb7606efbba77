import {
  type ConversationListItem,
  isSmallConversation,
  type Member,
  type Message,
  type MessageStatus,
  type ReplyPreview,
  type UserDetail,
  type UserView,
} from '@parley/protocol';
import type { SdkError } from '../sdk-error.js';
import { type DurableEvent, HeldEvents } from './held-events.js';
import { Members } from './members.js';
import type { PageRequest } from './message-pages.js';
import { MessageRows, type RowLimits } from './message-rows.js';
import type { OwnChanges } from './own-changes.js';
import { Quotes } from './quotes.js';
import { fetchedRow, furtherStatus, type Row, shownItem } from './row.js';
import type { ConversationView, MessagesSnapshot, PageLoading, StoredItem } from './snapshots.js';
import { type HeldMessages, type StatedCounts, Unread } from './unread.js';

/** What a conversation needs of the store that it is in. */
export interface Surroundings {
  readonly me: string;
  readonly epoch: string;
  readonly own: OwnChanges;
  readonly options: { readonly rowLimits?: RowLimits };
  /** A moment of the store's own clock, later than all before. */
  now(): number;
  meet(user: UserView): void;
  /** Whether a subscriber watches its messages. */
  isOpen(conversationId: string): boolean;
  /** Something that the list and the conversation's view show, or its messages. */
  touch(conversation: Conversation, what: 'item' | 'messages'): void;
}

/** What its own events and members contain of a conversation, beside messages and marks. */
type Facts = Omit<ConversationListItem, 'unreadCount' | 'mentionCount' | 'lastReadSeq' | 'lastDeliveredSeq'>;

/** One conversation as it stands at its cursor. Reducers and syncs change it; it sees to the views that this concerns. */
export class Conversation implements HeldMessages {
  readonly id: string;
  readonly startedAt: number;
  readonly epoch: string;
  readonly messages: MessageRows;
  readonly members: Members;
  readonly unread: Unread;
  readonly held = new HeldEvents();
  /** Its `version`: everything up to here is in. */
  cursor: number;
  /** Every mark up to here is in. */
  receipts: number;
  /** A sync of it has more: what happens meanwhile waits. */
  isSyncing = false;
  /** Since when something in it is uncertain and has to be fetched from the server; 0: nothing. */
  invalidSince = 0;
  /** Since when events may have been missed, so that a sync has to compare it; 0: none. */
  unverifiedSince = 0;
  /** I am no member any more since this version. */
  leftAt: number | null = null;
  facts: Facts;
  /** Facts are as of this version, or of the cursor's if that is greater. */
  factsVersion: number;
  isPaged = false;
  isLoadingMembers = false;
  readonly loading: { [Loading in PageLoading]?: PageRequest } = {};
  pageError: SdkError | null = null;
  /** As shown last; null once something in it changed. */
  itemView: ConversationView | null = null;
  messagesView: MessagesSnapshot | null = null;

  constructor(
    readonly surroundings: Surroundings,
    item: ConversationListItem,
    cursor: number,
  ) {
    this.id = item.id;
    this.startedAt = surroundings.now();
    this.epoch = surroundings.epoch;
    this.cursor = cursor;
    this.receipts = item.receipts;
    this.facts = item;
    this.factsVersion = item.version;
    const quotes = new Quotes(cursor, () => this.messages.quoted());
    this.messages = new MessageRows(item.lastSeq, quotes, surroundings.options.rowLimits);
    this.members = new Members(surroundings.me);
    this.unread = new Unread(surroundings.me);
    if (item.peer) this.meet(item.peer);
    if (item.lastMessage) this.messages.insert([fetchedRow(item.lastMessage)]);
    this.messages.first = item.firstSeq ?? 1;
    this.stateCounts(item, item.version);
    this.unread.deliver(item.lastDeliveredSeq);
  }

  get me(): string {
    return this.surroundings.me;
  }

  get head(): number {
    return this.messages.head;
  }

  get(seq: number): Row | undefined {
    return this.messages.get(seq);
  }

  get needsSync(): boolean {
    return this.isSyncing || this.invalidSince > 0 || this.unverifiedSince > 0 || !this.held.isEmpty;
  }

  touch(what: 'item' | 'messages'): void {
    this.surroundings.touch(this, what);
  }

  meet(user: UserView): void {
    this.surroundings.meet(user);
  }

  /** Events may have been missed: the next sync compares it with the server's. */
  markUnverified(): void {
    this.unverifiedSince = this.surroundings.now();
  }

  /** A sync sent at that moment has compared it. */
  markVerified(askedAt: number): void {
    if (this.unverifiedSince < askedAt) this.unverifiedSince = 0;
  }

  invalidate(): void {
    this.invalidSince = this.surroundings.now();
  }

  hold(event: DurableEvent): void {
    if (!this.held.add(event)) this.invalidate();
  }

  /** Facts from an event of this version; a list item of a later one includes them. */
  tell(version: number, facts: Partial<Facts>): void {
    if (version <= this.factsVersion) return;
    this.facts = { ...this.facts, ...facts };
    this.touch('item');
  }

  /** Drops messages that need not be kept. */
  trim(): void {
    this.messages.trim(this.surroundings.isOpen(this.id));
  }

  /** Messages beyond the known ones arrived in order: the newest of them is the last one now. */
  moveLast(): void {
    const { head } = this;
    if (head < this.facts.lastSeq) return;
    const createdAt = this.get(head)?.message.createdAt ?? this.facts.updatedAt;
    this.facts = { ...this.facts, lastSeq: head, updatedAt: createdAt };
    this.touch('item');
  }

  /** A newer picture of it than all events that were applied. An older one contains nothing new. */
  takeFacts(item: ConversationListItem): void {
    if (item.version < this.cursor || item.version < this.factsVersion) return;
    this.facts = item;
    this.factsVersion = item.version;
    this.messages.first = item.firstSeq ?? 1;
    this.touch('item');
  }

  /** Messages before that one are gone; how many of them were unread only the server knows. */
  expire(first: number): void {
    if (first <= this.messages.first) return;
    this.messages.first = first;
    if (this.unread.lastReadSeq < first - 1) this.invalidate();
    this.trim();
    this.touchMarks();
  }

  takeMembers(told: readonly Member[], version?: number): void {
    for (const member of told) {
      this.meet(member.user);
      this.members.merge(member, version);
    }
    this.touchMarks();
  }

  /**
   * Above so many members the server sends no marks of others: when there are fewer again, all of them have to be
   * fetched.
   */
  relearnMarks(membersBefore: number): void {
    if (isSmallConversation(membersBefore) || !isSmallConversation(this.facts.memberCount)) return;
    this.receipts = 0;
    this.members.isLoaded = false;
    this.invalidate();
  }

  takePresence(presence: Pick<UserDetail, 'isOnline' | 'lastSeenAt'>): void {
    if (!this.facts.peer) return;
    this.facts = { ...this.facts, peer: { ...this.facts.peer, ...presence } };
    this.touch('item');
  }

  renewPerson(user: UserView): void {
    const { peer } = this.facts;
    if (peer?.id === user.id) this.facts = { ...this.facts, peer: { ...peer, ...user } };
    if (this.members.renew(user) || peer?.id === user.id) this.touch('item');
  }

  stateCounts(stated: StatedCounts, version: number | null): boolean {
    // What is stated of so far back was counted before messages expired.
    const isPast = version === null && stated.lastReadSeq < this.messages.first - 1;
    const isCertain = this.unread.state(stated, version, this) && !isPast;
    if (!isCertain && stated.lastReadSeq >= this.unread.lastReadSeq) this.invalidate();
    this.touch('item');
    return isCertain;
  }

  /** A sender has received and read what was before their message. */
  raiseSender({ type, senderId, seq }: Message, isPresent: boolean): void {
    if (type === 'system') return;
    if (this.members.raise(senderId, seq, seq, isPresent)) this.touchMarks();
  }

  /** Watermarks or members changed, and with them perhaps the status of my messages. */
  touchMarks(): void {
    this.touch('item');
    this.touch('messages');
  }

  shown(row: Row): StoredItem {
    const { message } = row;
    const own = this.surroundings.own.of(message.id);
    const live = { status: this.#statusOf(message), replyTo: this.quoted(message.replyTo), own };
    return shownItem(row, live, this.me);
  }

  /** As it is to be shown now. */
  quoted(reply: ReplyPreview | null): ReplyPreview | null {
    const { first, quotes } = this.messages;
    return reply && reply.seq < first ? { ...reply, excerpt: '' } : quotes.renewed(reply);
  }

  #statusOf({ senderId, type, seq, status }: Message): MessageStatus {
    const { memberCount } = this.facts;
    if (senderId !== this.me || type === 'system') return 'sent';
    if (memberCount <= 1 || !isSmallConversation(memberCount)) return 'sent';
    return furtherStatus(status, this.members.statusOf(seq, memberCount));
  }
}
