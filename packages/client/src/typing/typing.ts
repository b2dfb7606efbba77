import {
  type Commands,
  type EventName,
  type Events,
  isSmallConversation,
  type OpenCommand,
  type TypingUpdatedEvent,
} from '@parley/protocol';
import { Listeners } from '../listeners.js';
import type { Subscribable } from '../subscribable.js';

export interface TypingSnapshot {
  /** The others who are typing, by who began first; of many only the first twenty. */
  readonly userIds: readonly string[];
  /** How many others are typing. */
  readonly count: number;
}

/** Who types in one conversation, and how this person says that they do. */
export interface TypingView extends Subscribable<TypingSnapshot> {
  /** The same, without opening it: of a group of over 100 members it is known only while that is open. */
  readonly typists: Subscribable<TypingSnapshot>;
  /** To be called with every change of the text; every two seconds at most is sent. */
  notify(): void;
  /** The text was cleared or is no longer looked at. A message that is sent does it by itself. */
  stop(): void;
}

type TypingCommand = 'typing:start' | 'typing:stop' | 'conversation:open';

export interface TypingOptions {
  ask: <Name extends TypingCommand>(name: Name, payload: Commands[Name]['payload']) => Promise<unknown>;
  /** 0 where that is not known. */
  memberCount: (conversationId: string) => number;
  /** Who we are. */
  userId: () => string | null;
}

/** When this person's last `typing:start` was sent, and whether nothing has ended it since. */
interface OwnTyping {
  at: number;
  isOn: boolean;
}

const EVERY_MS = 2_000;
/** How long the server shows it after the last start. */
const LASTS_MS = 3_000;
/** In large groups the server updates those who have opened it within ten minutes. */
const OPEN_AGAIN_MS = 9 * 60_000;
const NOBODY: TypingSnapshot = { userIds: [], count: 0 };

/** Kept while connected only: what an earlier connection brought may be over. */
export class Typing {
  readonly #sets = new Map<string, TypingSnapshot>();
  readonly #listeners = new Map<string, Listeners>();
  /** Of those who follow a conversation without opening it. */
  readonly #followers = new Map<string, Listeners>();
  readonly #own = new Map<string, OwnTyping>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #isOnline = false;

  constructor(private readonly options: TypingOptions) {}

  view(conversationId: string): TypingView {
    const typists = this.#typists(conversationId);
    return {
      ...typists,
      typists,
      subscribe: (listener) => this.#subscribe(conversationId, listener),
      notify: () => this.#notify(conversationId),
      stop: () => this.stop(conversationId),
    };
  }

  #typists(conversationId: string): Subscribable<TypingSnapshot> {
    return {
      getSnapshot: () => this.#sets.get(conversationId) ?? NOBODY,
      subscribe: (listener) => {
        const followers = this.#followers.get(conversationId) ?? new Listeners();
        this.#followers.set(conversationId, followers);
        return followers.add(listener);
      },
    };
  }

  stop(conversationId: string): void {
    const own = this.#own.get(conversationId);
    if (!own?.isOn) return;
    own.isOn = false;
    if (performance.now() - own.at < LASTS_MS) this.#ask('typing:stop', { conversationId });
  }

  event<Name extends EventName>(name: Name, payload: Events[Name]): void {
    const handle = this.#handlers[name] as ((payload: Events[Name]) => void) | undefined;
    handle?.(payload);
  }

  resume(): void {
    this.#isOnline = true;
    for (const conversationId of this.#listeners.keys()) this.#open(conversationId);
  }

  pause(): void {
    this.#isOnline = false;
    this.#own.clear();
    for (const conversationId of [...this.#sets.keys()]) this.#set(conversationId, NOBODY);
  }

  readonly #handlers: { [Name in EventName]?: (payload: Events[Name]) => void } = {
    'typing:update': (update) => {
      if (this.#isFollowed(update.conversationId)) this.#set(update.conversationId, this.#others(update));
    },
    'message:new': ({ conversationId, message: { type, senderId } }) => {
      if (type !== 'system') this.#remove(conversationId, senderId);
    },
    'member:removed': ({ conversationId, userId }) => {
      if (userId === this.options.userId()) this.#set(conversationId, NOBODY);
      else this.#remove(conversationId, userId);
    },
    'conversation:archived': ({ conversationId }) => this.#set(conversationId, NOBODY),
  };

  #others({ userIds, count }: TypingUpdatedEvent): TypingSnapshot {
    const others = userIds.filter((id) => id !== this.options.userId());
    return { userIds: others, count: count - (userIds.length - others.length) };
  }

  #remove(conversationId: string, userId: string): void {
    const { userIds, count } = this.#sets.get(conversationId) ?? NOBODY;
    if (!userIds.includes(userId)) return;
    this.#set(conversationId, { userIds: userIds.filter((id) => id !== userId), count: count - 1 });
  }

  #set(conversationId: string, next: TypingSnapshot): void {
    const before = this.#sets.get(conversationId) ?? NOBODY;
    if (before.count === next.count && before.userIds.join() === next.userIds.join()) return;
    if (next.count > 0) this.#sets.set(conversationId, next);
    else this.#sets.delete(conversationId);
    this.#listeners.get(conversationId)?.notify();
    this.#followers.get(conversationId)?.notify();
  }

  #notify(conversationId: string): void {
    const now = performance.now();
    const own = this.#own.get(conversationId);
    if (!this.#isOnline || (own && now - own.at < EVERY_MS)) return;
    this.#own.set(conversationId, { at: now, isOn: true });
    this.#ask('typing:start', { conversationId });
  }

  #subscribe(conversationId: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(conversationId) ?? new Listeners();
    if (listeners.isEmpty) {
      this.#listeners.set(conversationId, listeners);
      this.#open(conversationId);
    }
    const remove = listeners.add(listener);
    return () => {
      remove();
      if (!listeners.isEmpty || this.#listeners.get(conversationId) !== listeners) return;
      this.#listeners.delete(conversationId);
      clearTimeout(this.#timers.get(conversationId));
      this.#timers.delete(conversationId);
      if (!this.#isFollowed(conversationId)) this.#set(conversationId, NOBODY);
    };
  }

  /** Whether the server sends all updates: those of a large group end some time after it was last open. */
  #isFollowed(conversationId: string): boolean {
    return this.#isSmall(conversationId) || this.#listeners.has(conversationId);
  }

  #isSmall(conversationId: string): boolean {
    return isSmallConversation(this.options.memberCount(conversationId));
  }

  /** Opens a large group again and again for as long as somebody watches it. */
  #open(conversationId: string): void {
    clearTimeout(this.#timers.get(conversationId));
    this.#timers.set(
      conversationId,
      setTimeout(() => this.#open(conversationId), OPEN_AGAIN_MS),
    );
    if (!this.#isOnline || this.#isSmall(conversationId)) return;
    this.#ask('conversation:open', { conversationId, limit: 1 } satisfies OpenCommand);
  }

  /** What is lost or refused would be over before it is repeated. */
  #ask<Name extends TypingCommand>(name: Name, payload: Commands[Name]['payload']): void {
    this.options.ask(name, payload).catch(() => undefined);
  }
}
