import type {
  ConversationDetail,
  EventName,
  Events,
  MarkResult,
  Message,
  ReactionResult,
  SyncAnswer,
  SyncBody,
  UserDetail,
  UserView,
} from '@parley/protocol';
import type { OutboxEntry } from '../outbox/outbox-entry.js';
import type { Subscribable } from '../subscribable.js';
import type { Conversation } from './conversation.js';
import type { DurableEvent } from './held-events.js';
import { applyLoose } from './loose-events.js';
import type { PageTicket, PageWish } from './message-pages.js';
import { Notifier, type Topic } from './notifier.js';
import type { OwnChange } from './own-changes.js';
import { beginPage } from './paging.js';
import { isDurable } from './reducers/in-order.js';
import { fetchedRow, withOwnReactions } from './row.js';
import type { ConversationsSnapshot, ConversationView, MessagesSnapshot, UnreadSnapshot } from './snapshots.js';
import { Store, type StoreOptions } from './store.js';
import { applyAnswer, nextQuestion } from './sync-answers.js';
import { conversationsView, conversationView, detachedView, EMPTY, messagesView, unreadView } from './views.js';

export interface ModelOptions extends StoreOptions {
  /** A topic has got its first subscriber. */
  onLook?: (topic: Topic) => void;
  /** A topic has lost its last subscriber. */
  onLookedAway?: (topic: Topic) => void;
}

/** A request for a conversation's members that is under way, until it is ended or failed. */
export interface MembersTicket {
  end(detail: ConversationDetail): void;
  fail(): void;
}

interface Pending {
  readonly entries: readonly OutboxEntry[];
  readonly detached: MessagesSnapshot;
}

/**
 * Everything that this client knows of conversations, messages and users, and nothing of how it came here. Input may
 * come twice, late and in any order; what is shown is the state at one version of each conversation, or newer where
 * some input was newer.
 */
export class Model {
  readonly conversations: Subscribable<ConversationsSnapshot>;
  readonly people: Subscribable<ReadonlyMap<string, UserView>>;
  readonly unread: Subscribable<UnreadSnapshot>;
  readonly #notifier = new Notifier({
    onFirst: (topic) => this.options.onLook?.(topic),
    onLast: (topic) => this.options.onLookedAway?.(topic),
    onAbandoned: (topic) => this.#trim(topic),
  });
  /** What waits to be sent, by conversation, and how it is shown while that is not in the store. */
  readonly #pending = new Map<string, Pending>();
  #onDirty: () => void = () => undefined;
  #asked = new WeakMap<SyncBody, number>();
  #isNeedTold = false;
  #store: Store;

  constructor(private readonly options: ModelOptions = {}) {
    this.#store = new Store('', this.#notifier, options);
    this.conversations = this.#notifier.view('conversations', () => conversationsView(this.#store));
    this.people = this.#notifier.view('people', () => this.#store.people.snapshot());
    this.unread = this.#notifier.view('unread', () => unreadView(this.#store));
  }

  /** Null while it is not in the store. A new, small object each time: keep it as long as it is subscribed to. */
  conversation(id: string): Subscribable<ConversationView | null> {
    return this.#notifier.view(`item ${id}`, () => {
      const conversation = this.#store.get(id);
      return conversation ? conversationView(conversation) : null;
    });
  }

  messages(id: string): Subscribable<MessagesSnapshot> {
    return this.#notifier.view(`messages ${id}`, () => {
      const conversation = this.#store.get(id);
      const pending = this.#pending.get(id);
      return conversation ? messagesView(conversation, pending?.entries) : (pending?.detached ?? EMPTY);
    });
  }

  /** At each `ready`. Another user: everything is dropped. */
  begin({ userId, epoch }: { userId: string; epoch: string }): void {
    if (userId !== this.#store.me) {
      // Requests may have named people before the first `ready` says whose they are.
      const met = this.#store.me === '' ? [...this.people.getSnapshot().values()] : [];
      this.#store = new Store(userId, this.#notifier, this.options);
      this.meet(met);
      this.#notifier.touchAll();
    }
    this.#store.begin(epoch);
    this.#tellNeed();
  }

  applyEvent<Name extends EventName>(name: Name, payload: Events[Name]): void {
    if (isDurable(name)) this.#store.receive({ name, payload } as DurableEvent);
    else applyLoose(this.#store, name, payload);
    this.#tellNeed();
  }

  /**
   * The next sync: what was not compared since `begin`, where a gap was seen, where an answer had more, and where
   * counts are uncertain. At most so many conversations; null: nothing.
   */
  nextQuestion(most?: number): SyncBody | null {
    this.#isNeedTold = false;
    return nextQuestion(this.#store, this.#asked, most);
  }

  /** `question` is the very object that `nextQuestion` made. Returns whether anything came of it. */
  applySync(question: SyncBody, answer: SyncAnswer): boolean {
    const askedAt = this.#asked.get(question);
    if (askedAt === undefined) return false;
    const hasHelped = applyAnswer(this.#store, { question, answer, askedAt });
    this.#tellNeed();
    return hasHelped;
  }

  /** Calls the listener, at most once until the next question is made, when a sync is needed. */
  onDirty(listener: () => void): void {
    this.#onDirty = listener;
  }

  /** The topics that have subscribers. */
  looked(): Topic[] {
    return this.#notifier.topics();
  }

  /**
   * The request that shows what is wished; null: none, because it is shown now, is on its way already, or the
   * conversation is not in the store. Every ticket is to be ended or failed.
   */
  beginPage(conversationId: string, wish: PageWish): PageTicket | null {
    const conversation = this.#store.get(conversationId);
    return conversation ? beginPage(conversation, wish) : null;
  }

  /** Null: they are there, on their way, or the conversation is not in the store. */
  beginMembers(conversationId: string): MembersTicket | null {
    const conversation = this.#store.get(conversationId);
    if (!conversation || conversation.members.isLoaded || conversation.isLoadingMembers) return null;
    conversation.isLoadingMembers = true;
    return {
      end: ({ members }) => {
        conversation.isLoadingMembers = false;
        conversation.members.isLoaded = true;
        conversation.takeMembers(members);
      },
      fail: () => {
        conversation.isLoadingMembers = false;
      },
    };
  }

  knows(userId: string): boolean {
    return this.#store.people.has(userId);
  }

  /** Those with their presence too, as far as that is known. */
  meetDetails(users: readonly UserDetail[]): void {
    this.meet(users);
    for (const { id: userId, isOnline, lastSeenAt } of users) {
      if (isOnline !== null) this.applyEvent(isOnline ? 'status:online' : 'status:offline', { userId, lastSeenAt });
    }
  }

  /** People as an answer named them. */
  meet(users: readonly UserView[]): void {
    for (const user of users) this.#store.meet(user);
  }

  /** From acks: merged by version. Never moves a cursor. */
  applyOwnMessage(message: Message): void {
    const conversation = this.#store.get(message.conversationId);
    if (!conversation) return;
    conversation.messages.acknowledge(fetchedRow(message));
    if (message.type !== 'system' && message.senderId === this.#store.me)
      conversation.unread.send(message.seq, null, conversation);
    conversation.touchMarks();
    this.#store.check(conversation);
    this.#tellNeed();
  }

  applyOwnReactions(messageId: string, result: ReactionResult): void {
    const found = this.#find(messageId);
    if (!found) return;
    const { conversation, seq } = found;
    conversation.messages.change(seq, (held) => withOwnReactions(held, result));
    conversation.touchMarks();
  }

  ownChange(messageId: string): OwnChange {
    return this.#store.own.of(messageId);
  }

  /** What of my changes to a message is shown over the server's state. */
  setOwnChange(messageId: string, change: Partial<OwnChange>): void {
    this.#store.own.set(messageId, change);
    this.#find(messageId)?.conversation.touchMarks();
  }

  applyMark(conversationId: string, result: MarkResult): void {
    const conversation = this.#store.get(conversationId);
    if (!conversation) return;
    conversation.stateCounts(result, null);
    conversation.unread.deliver(result.lastDeliveredSeq);
    this.#store.check(conversation);
    this.#tellNeed();
  }

  /** The outbox's entries of one conversation, in the order in which they will be sent. Shown until they are stored. */
  setPending(conversationId: string, entries: readonly OutboxEntry[]): void {
    if (entries.length > 0) this.#pending.set(conversationId, { entries, detached: detachedView(entries) });
    else this.#pending.delete(conversationId);
    const conversation = this.#store.get(conversationId);
    if (conversation) conversation.touch('messages');
    else this.#notifier.touch(`messages ${conversationId}`);
  }

  #find(messageId: string): { conversation: Conversation; seq: number } | null {
    for (const conversation of this.#store.all()) {
      const row = conversation.messages.find(messageId);
      if (row) return { conversation, seq: row.message.seq };
    }
    return null;
  }

  /** There is no subscriber any more. */
  #trim(topic: Topic): void {
    const [kind, id = ''] = topic.split(' ');
    const conversation = this.#store.get(id);
    if (kind !== 'messages' || !conversation) return;
    conversation.messages.trim(false);
    conversation.touch('messages');
  }

  #tellNeed(): void {
    if (this.#isNeedTold || !this.#store.needsSync) return;
    this.#isNeedTold = true;
    this.#onDirty();
  }
}
