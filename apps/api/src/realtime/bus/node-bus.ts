import type { ReceiptEvent, StreamEvent } from '../hub/stream-events.js';

/** What nodes tell each other about a conversation: what was committed together travels together. */
export interface Notification {
  conversationId: string;
  events: readonly StreamEvent[];
  marks: readonly ReceiptEvent[];
  /** In characters as it travelled; missing where it was made here. */
  size?: number;
}

/** What a node hears about one of its users: they became a member of a conversation it may know nothing of. */
export interface JoinNotification {
  userId: string;
  conversationId: string;
  version: number;
  /** By another node: the version is what that says, and not what was committed here. */
  heard?: true;
}

export interface NodeBusListener {
  onNotification(notification: Notification): void;
  /** Events up to this version were committed and are too large to travel. */
  onHead(conversationId: string, version: number): void;
  onJoined(notification: JoinNotification): void;
}

/**
 * Carries notifications to every node that has subscribed. It may lose, repeat and reorder them: streams notice, and complete
 * themselves from the database. It never throws and is never awaited by a command.
 */
export abstract class NodeBus {
  abstract listen(listener: NodeBusListener): void;
  abstract publish(notification: Notification, joined: readonly JoinNotification[]): void;
  /** Which deployment this node belongs to: it hears no others. */
  abstract belongTo(deployment: string): void;
  abstract subscribeConversation(conversationId: string): void;
  abstract unsubscribeConversation(conversationId: string): void;
  abstract subscribeUser(userId: string): void;
  abstract unsubscribeUser(userId: string): void;
}

/** The bus of a single node: everything is heard here, at once, in order. */
export class MemoryNodeBus extends NodeBus {
  private listener: NodeBusListener | null = null;

  listen(listener: NodeBusListener): void {
    this.listener = listener;
  }

  publish(notification: Notification, joined: readonly JoinNotification[]): void {
    for (const each of joined) this.listener?.onJoined(each);
    this.listener?.onNotification(notification);
  }

  belongTo(): void {}
  subscribeConversation(): void {}
  unsubscribeConversation(): void {}
  subscribeUser(): void {}
  unsubscribeUser(): void {}
}
