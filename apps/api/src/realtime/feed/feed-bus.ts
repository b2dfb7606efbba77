import type { FeedEvent, MarkEvent } from './feed-events.js';

/** What nodes tell each other about a conversation: what was committed together travels together. */
export interface Poke {
  conversationId: string;
  events: readonly FeedEvent[];
  marks: readonly MarkEvent[];
  /** In characters as it travelled; missing where it was made here. */
  size?: number;
}

/** What a node hears about one of its users: they became a member of a conversation it may know nothing of. */
export interface JoinedPoke {
  userId: string;
  conversationId: string;
  version: number;
  /** By another node: the version is what that says, and not what was committed here. */
  heard?: true;
}

export interface FeedListener {
  onPoke(poke: Poke): void;
  /** Events up to this version were committed and are too large to travel. */
  onHead(conversationId: string, version: number): void;
  onJoined(poke: JoinedPoke): void;
}

/**
 * Carries pokes to every node that has subscribed. It may lose, repeat and reorder them: feeds notice, and complete
 * themselves from the database. It never throws and is never awaited by a command.
 */
export abstract class FeedBus {
  abstract listen(listener: FeedListener): void;
  abstract publish(poke: Poke, joined: readonly JoinedPoke[]): void;
  /** Which deployment this node belongs to: it hears no others. */
  abstract belongTo(deployment: string): void;
  abstract subscribeConversation(conversationId: string): void;
  abstract unsubscribeConversation(conversationId: string): void;
  abstract subscribeUser(userId: string): void;
  abstract unsubscribeUser(userId: string): void;
}

/** The bus of a single node: everything is heard here, at once, in order. */
export class MemoryFeedBus extends FeedBus {
  private listener: FeedListener | null = null;

  listen(listener: FeedListener): void {
    this.listener = listener;
  }

  publish(poke: Poke, joined: readonly JoinedPoke[]): void {
    for (const each of joined) this.listener?.onJoined(each);
    this.listener?.onPoke(poke);
  }

  belongTo(): void {}
  subscribeConversation(): void {}
  unsubscribeConversation(): void {}
  subscribeUser(): void {}
  unsubscribeUser(): void {}
}
