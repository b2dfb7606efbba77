import type { RedisLink } from '../../platform/redis/redis-link.js';
import type { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { type JoinNotification, NodeBus, type NodeBusListener, type Notification } from './node-bus.js';
import { decodeJoin, decodeNotification, encodeJoin, encodeNotification } from './notification-codec.js';

const conversationChannel = (conversationId: string): string => `c:${conversationId}`;
const userChannel = (userId: string): string => `u:${userId}`;

/**
 * The bus of several nodes: here at once and in order, elsewhere through Redis as it comes, if it comes. A node hears
 * of the conversations and users that it has sockets for, and of no others.
 */
export class RedisNodeBus extends NodeBus {
  private listener: NodeBusListener | null = null;

  constructor(
    private readonly link: RedisLink,
    private readonly reporter: EventReporter,
  ) {
    super();
  }

  listen(listener: NodeBusListener): void {
    this.listener = listener;
  }

  publish(notification: Notification, joined: readonly JoinNotification[]): void {
    for (const each of joined) this.listener?.onJoined(each);
    this.listener?.onNotification(notification);
    if (!this.link.isUp) return;
    for (const { userId, conversationId, version } of joined) {
      this.link.publish(userChannel(userId), encodeJoin({ conversationId, version }));
    }
    this.link.publish(
      conversationChannel(notification.conversationId),
      encodeNotification(notification.events, notification.marks),
    );
  }

  belongTo(deployment: string): void {
    this.link.belongTo(deployment);
  }

  subscribeConversation(conversationId: string): void {
    this.link.subscribe(conversationChannel(conversationId), (payload) =>
      this.onConversationFrame(conversationId, payload),
    );
  }

  unsubscribeConversation(conversationId: string): void {
    this.link.unsubscribe(conversationChannel(conversationId));
  }

  subscribeUser(userId: string): void {
    this.link.subscribe(userChannel(userId), (payload) => this.onUserFrame(userId, payload));
  }

  unsubscribeUser(userId: string): void {
    this.link.unsubscribe(userChannel(userId));
  }

  private onConversationFrame(conversationId: string, payload: Buffer): void {
    const frame = decodeNotification(payload);
    if (!frame) return this.passOver(conversationId);
    if (frame.head > 0) this.listener?.onHead(conversationId, frame.head);
    this.listener?.onNotification({ conversationId, events: frame.events, marks: frame.marks, size: payload.length });
  }

  private onUserFrame(userId: string, payload: Buffer): void {
    const frame = decodeJoin(payload);
    if (!frame) return this.passOver(userId);
    this.listener?.onJoined({ userId, ...frame, heard: true });
    // A stream that begins with this was not subscribed when the event itself was said.
    this.listener?.onHead(frame.conversationId, frame.version);
  }

  private passOver(id: string): void {
    this.reporter.notificationUnreadable(id);
  }
}
