import type { ConversationListItem, UserView } from '@parley/protocol';
import { callSafely } from '../call-safely.js';
import { Conversation, type Surroundings } from './conversation.js';
import type { DurableEvent } from './held-events.js';
import { LeftConversations } from './left-conversations.js';
import type { RowLimits } from './message-rows.js';
import type { Notifier } from './notifier.js';
import { OwnChanges } from './own-changes.js';
import { People } from './people.js';
import { type Advance, applyHeld, receive } from './reducers/in-order.js';
import type { ConversationsSnapshot, CursorMove, UnreadSnapshot } from './snapshots.js';

export interface StoreOptions {
  onAdvance?: (move: CursorMove) => void;
  rowLimits?: RowLimits;
}

/** All conversations of the client, and the version of its memberships. */
export class Store implements Surroundings {
  readonly people = new People();
  readonly left = new LeftConversations();
  readonly own = new OwnChanges();
  /** Ids of the conversations that need a sync. */
  readonly stale = new Set<string>();
  /** The user's membership version as of the last answer. */
  cursor: number | undefined;
  epoch = '';
  /** Moves of any cursor so far. */
  moves = 0;
  /** Whether a complete list of the conversations has come once. */
  isLoaded = false;
  /** Since when there may be memberships that no event or answer has named; 0: all are known. */
  membershipsInvalidSince = 0;
  /** As shown last; null once one of them changed. */
  listView: ConversationsSnapshot | null = null;
  sumsView: UnreadSnapshot = { total: 0, mentions: 0 };
  #byId = new Map<string, Conversation>();
  #clock = 0;

  constructor(
    readonly me: string,
    private readonly notifier: Notifier,
    readonly options: StoreOptions,
  ) {}

  get needsSync(): boolean {
    return this.stale.size > 0 || this.membershipsInvalidSince > 0;
  }

  readonly advance: Advance = (move) => {
    this.moves += 1;
    const { onAdvance } = this.options;
    if (onAdvance) callSafely(onAdvance, move);
  };

  now(): number {
    this.#clock += 1;
    return this.#clock;
  }

  get(id: string): Conversation | undefined {
    return this.#byId.get(id);
  }

  all(): IterableIterator<Conversation> {
    return this.#byId.values();
  }

  /** Newest first by the time of the last message, then by id descending. */
  inOrder(): Conversation[] {
    const sorted = [...this.all()].sort(byLastMessage);
    // Almost in order the next time, which is sorted fast.
    this.#byId = new Map(sorted.map((each) => [each.id, each]));
    return sorted;
  }

  /**
   * A connection is ready: everything in the store may be behind. In another epoch it may be of a past that never was.
   */
  begin(epoch: string): void {
    if (epoch !== this.epoch) this.#enterEpoch(epoch);
    this.invalidateMemberships();
    for (const conversation of this.#byId.values()) {
      conversation.markUnverified();
      this.check(conversation);
    }
  }

  #enterEpoch(epoch: string): void {
    this.epoch = epoch;
    this.cursor = undefined;
    this.left.clear();
    for (const conversation of this.#byId.values()) conversation.held.clear();
  }

  invalidateMemberships(): void {
    this.membershipsInvalidSince = this.now();
  }

  /** Begins a conversation anew, with nothing of what the store had of it before. */
  start(item: ConversationListItem, cursor: number, by: 'start' | 'reset'): Conversation {
    const before = this.#byId.get(item.id);
    const conversation = new Conversation(this, item, cursor);
    this.#byId.set(item.id, conversation);
    this.advance({ conversationId: item.id, from: by === 'reset' ? (before?.cursor ?? 0) : 0, to: cursor, by });
    const { events, isAll } = this.left.enter(item.id);
    for (const event of [...(before?.held ?? []), ...events]) conversation.hold(event);
    // Marks that came since the item was read are gone with the former state.
    if (!isAll || before) conversation.markUnverified();
    conversation.held.take(cursor);
    conversation.touch('item');
    conversation.touch('messages');
    return conversation;
  }

  drop(conversation: Conversation, version: number): void {
    const { id } = conversation;
    if (conversation.epoch === this.epoch) this.left.leave(id, version);
    this.#byId.delete(id);
    this.stale.delete(id);
    this.notifier.touch(`item ${id}`);
    this.notifier.touch(`messages ${id}`);
    this.#touchList();
  }

  setLoaded(): void {
    if (this.isLoaded) return;
    this.isLoaded = true;
    this.#touchList();
  }

  isOpen(conversationId: string): boolean {
    return this.notifier.hears(`messages ${conversationId}`);
  }

  receive(event: DurableEvent): void {
    const conversation = this.#byId.get(event.payload.conversationId);
    if (conversation) {
      receive(conversation, event, this.advance);
      this.check(conversation);
    } else if (this.left.hear(event, this.now())) {
      this.invalidateMemberships();
    }
  }

  /** Something without a version came for a conversation outside the store. */
  miss(conversationId: string): void {
    if (this.left.miss(conversationId, this.now())) this.invalidateMemberships();
  }

  /** After anything was done to a conversation: applies what that made possible, and sees whether it needs a sync. */
  check(conversation: Conversation): void {
    applyHeld(conversation, this.advance);
    if (conversation.leftAt !== null) this.drop(conversation, conversation.leftAt);
    else if (conversation.needsSync) this.stale.add(conversation.id);
    else this.stale.delete(conversation.id);
  }

  meet(user: UserView): void {
    const met = this.people.meet(user);
    if (!met) return;
    this.notifier.touch('people');
    for (const conversation of this.#byId.values()) conversation.renewPerson(met);
  }

  touch(conversation: Conversation, what: 'item' | 'messages'): void {
    const { id } = conversation;
    if (what === 'messages') conversation.messagesView = null;
    else conversation.itemView = null;
    if (this.#byId.get(id) !== conversation) return;
    if (what === 'messages') return this.notifier.touch(`messages ${id}`);
    this.notifier.touch(`item ${id}`);
    this.#touchList();
  }

  #touchList(): void {
    this.listView = null;
    this.notifier.touch('conversations');
    this.notifier.touch('unread');
  }
}

function byLastMessage(a: Conversation, b: Conversation): number {
  if (a.facts.updatedAt !== b.facts.updatedAt) return a.facts.updatedAt > b.facts.updatedAt ? -1 : 1;
  return a.id > b.id ? -1 : 1;
}
