import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ConversationListItem, MessageNewEvent } from '@parley/protocol';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { type SendTraces, TRACES } from '../../platform/telemetry/send-traces.js';
import { NodeBus } from '../bus/node-bus.js';
import { mayFollow } from '../connections/connection-facts.js';
import { IO, type ParleyServer, type ParleySocket } from '../socket.js';
import { Backfill } from './backfill.js';
import { Broadcaster } from './broadcaster.js';
import { ConversationStream, type StreamHost } from './conversation-stream.js';
import { JOINED, type JoinNotification, NOTIFICATION } from './notification-topics.js';
import { ReceiptStream } from './receipt-stream.js';
import { ReorderBudget } from './reorder-buffer.js';
import { type Heads, type ReceiptEvent, SENT_AT, type StreamEvent, TRACE } from './stream-events.js';
import { StreamSource } from './stream-source.js';

const MOST_MOVES = 10_000;
const moveKey = (conversationId: string, userId: string): string => `${conversationId} ${userId}`;

/** A change of a conversation that was committed: the events for its members on every node. */
export interface Announcement {
  conversationId: string;
  events: readonly StreamEvent[];
  marks?: readonly ReceiptEvent[];
}

/** Must not throw: what follows is the delivery itself. */
export type DeliveryListener = (conversationId: string, event: StreamEvent) => void;

/** What this node keeps of a conversation that sockets of its follow. */
export interface FollowedConversation {
  stream: ConversationStream;
  receipts: ReceiptStream;
  /** Connecting ones included; the streams end with the last of them. */
  sockets: Set<ParleySocket>;
}

/** All streams of this node, the sockets that follow each, and the way in for what was committed. */
@Injectable()
export class Hub implements OnApplicationShutdown {
  private readonly conversations = new Map<string, FollowedConversation>();
  private readonly followedBy = new WeakMap<ParleySocket, Set<string>>();
  /** The versions at which each user last left and joined each conversation; they outlive the stream that delivered them. */
  private readonly moves = new Map<string, { left: number; joined: number }>();
  private readonly backfill = new Backfill((ranges) => this.source.eventsWithin(ranges));
  private readonly budget = new ReorderBudget();
  private readonly broadcaster: Broadcaster;
  private readonly listeners: DeliveryListener[] = [];

  constructor(
    private readonly source: StreamSource,
    private readonly bus: NodeBus,
    @Inject(IO) io: ParleyServer,
    private readonly reporter: EventReporter,
    @Inject(TRACES) private readonly traces: SendTraces | null,
  ) {
    this.broadcaster = new Broadcaster(io, {
      joined: (socket, conversationId) => this.follow(socket, conversationId),
      left: (socket, conversationId) => this.unfollow(socket, conversationId),
      onUnshared: () => reporter.framesNotShared(),
    });
    bus.on(NOTIFICATION, ({ events, marks, head }, { id, size }) => {
      this.expect(id, head);
      this.deliver({ conversationId: id, events, marks }, size);
    });
    bus.on(JOINED, (joined, { id }) => {
      this.join(id, joined, 'elsewhere');
      // A stream that begins with this was not subscribed when the event itself was published.
      this.expect(joined.conversationId, joined.version);
    });
  }

  onApplicationShutdown(): void {
    for (const { stream } of this.conversations.values()) stream.close();
  }

  /** After the commit, and only then. Never waits and never throws. */
  announce({ conversationId, events, marks = [] }: Announcement): void {
    for (const { name, version, joined = [] } of events) {
      this.reporter.committed(name);
      for (const userId of joined) {
        this.join(userId, { conversationId, version }, 'here');
        this.bus.publish(JOINED, { conversationId, version }, userId);
      }
    }
    this.deliver({ conversationId, events, marks });
    this.bus.publish(NOTIFICATION, { events, marks, head: 0 }, conversationId);
  }

  /**
   * Enters a socket as pending in the streams of these conversations and waits until each of them is open. A stream that is
   * new subscribes first and reads its head afterwards.
   */
  enter(socket: ParleySocket, conversationIds: readonly string[]): Promise<void> {
    return this.enterAll(new Map([[socket, conversationIds]]));
  }

  async enterAll(entries: ReadonlyMap<ParleySocket, readonly string[]>): Promise<void> {
    for (const [socket, ids] of entries) for (const id of ids) this.follow(socket, id);
    const unopened = new Set([...entries.values()].flat().filter((id) => !this.streamOf(id)?.isOpen));
    if (unopened.size > 0) await this.openStreams([...unopened]);
  }

  /** Opens streams whose head could not be read so far: of the sockets that entered one then, some may have stayed. */
  async openRest(): Promise<void> {
    const unopened = [...this.conversations].flatMap(([id, { stream }]) => (stream.isOpen ? [] : id));
    if (unopened.length > 0) await this.openStreams(unopened);
  }

  private async openStreams(conversationIds: readonly string[]): Promise<void> {
    for (const [id, heads] of await this.source.heads(conversationIds)) this.openStream(id, heads);
  }

  private openStream(conversationId: string, heads: Heads): void {
    const followed = this.conversations.get(conversationId);
    if (!followed || followed.stream.isOpen) return;
    followed.receipts.open(heads.receipts);
    followed.stream.open(heads.version);
  }

  /** Whether this node has delivered a removal of the user after the given version of their membership. */
  removedSince(conversationId: string, userId: string, version: number): boolean {
    return (this.moves.get(moveKey(conversationId, userId))?.left ?? 0) > version;
  }

  /** For a socket of a user who was removed; where they were added again since, the stream delivers that. */
  unfollowRemoved(socket: ParleySocket, conversationId: string): void {
    const move = this.moves.get(moveKey(conversationId, socket.data.principal.userId));
    if (!move || move.joined < move.left) this.unfollow(socket, conversationId);
  }

  follow(socket: ParleySocket, conversationId: string): void {
    // It may have ended while its memberships were read: nothing would take it out again.
    if (!socket.connected) return;
    this.followedConversation(conversationId).sockets.add(socket);
    let mine = this.followedBy.get(socket);
    if (!mine) {
      mine = new Set();
      this.followedBy.set(socket, mine);
    }
    mine.add(conversationId);
  }

  follows(socket: ParleySocket, conversationId: string): boolean {
    return this.followedBy.get(socket)?.has(conversationId) === true;
  }

  unfollow(socket: ParleySocket, conversationId: string): void {
    this.followedBy.get(socket)?.delete(conversationId);
    const sockets = this.conversations.get(conversationId)?.sockets;
    sockets?.delete(socket);
    if (sockets?.size === 0) this.drop(conversationId);
  }

  forget(socket: ParleySocket): void {
    for (const id of [...(this.followedBy.get(socket) ?? [])]) this.unfollow(socket, id);
  }

  /** Those whose stream is open, for the reconciliation. */
  *open(): Iterable<FollowedConversation> {
    for (const followed of this.conversations.values()) if (followed.stream.isOpen) yield followed;
  }

  /** Ends a stream that cannot go on, as after a restored backup. Returns its followers, who are to come back. */
  discard(conversationId: string): readonly ParleySocket[] {
    const followers = [...(this.conversations.get(conversationId)?.sockets ?? [])];
    this.drop(conversationId);
    return followers;
  }

  /** @param where it was committed. Where a stream begins is read from the database and not taken from another node. */
  private join(userId: string, { conversationId, version }: JoinNotification, where: 'here' | 'elsewhere'): void {
    const sockets = this.broadcaster.socketsOf(userId).filter((socket) => mayFollow(socket, conversationId));
    if (sockets.length === 0) return;
    this.noteMove(moveKey(conversationId, userId), { joined: version });
    const isNew = !this.conversations.has(conversationId);
    const { stream } = this.followedConversation(conversationId);
    stream.startBefore(version);
    if (isNew && where === 'here') stream.open(version - 1);
    for (const socket of sockets) this.follow(socket, conversationId);
    // What cannot be read now is read by the next reconciliation.
    if (!stream.isOpen)
      this.openStreams([conversationId]).catch((fault: unknown) =>
        this.reporter.streamNotOpened(conversationId, fault),
      );
  }

  /** How many conversations sockets here follow. */
  get followed(): number {
    return this.conversations.size;
  }

  /** The version this node has delivered up to. */
  versionOf(conversationId: string): number {
    return this.streamOf(conversationId)?.version ?? 0;
  }

  /** Subscribes to what other nodes publish about this user, or ends that. */
  subscribeUser(userId: string, isWanted: boolean): void {
    if (isWanted) this.bus.subscribe({ kind: 'user', id: userId });
    else this.bus.unsubscribe({ kind: 'user', id: userId });
  }

  /** Calls the listener with every event in the turn in which this node's sockets get it, and before they do. */
  beforeDelivery(listener: DeliveryListener): void {
    this.listeners.push(listener);
  }

  /** Whether a socket of this user here receives the conversation's events; a removed member has none. */
  reaches(userId: string, conversationId: string): boolean {
    return this.broadcaster.reaches(userId, conversationId);
  }

  socketsOf(userId: string): ParleySocket[] {
    return this.broadcaster.socketsOf(userId);
  }

  /** @param size in bytes as it travelled; 0 where it was made here. */
  private deliver({ conversationId, events, marks = [] }: Announcement, size = 0): void {
    const followed = this.conversations.get(conversationId);
    if (events.length > 0) followed?.stream.accept(events, size);
    if (marks.length > 0) followed?.receipts.accept(marks);
  }

  private expect(conversationId: string, version: number): void {
    if (version > 0) this.streamOf(conversationId)?.expect(version);
  }

  private streamOf(conversationId: string): ConversationStream | undefined {
    return this.conversations.get(conversationId)?.stream;
  }

  private followedConversation(conversationId: string): FollowedConversation {
    const known = this.conversations.get(conversationId);
    if (known) return known;
    const receipts = new ReceiptStream((receipt) => this.broadcaster.mark(conversationId, receipt));
    const stream = new ConversationStream(conversationId, this.hostOf(receipts), this.budget);
    const followed = { stream, receipts, sockets: new Set<ParleySocket>() };
    this.conversations.set(conversationId, followed);
    this.bus.subscribe({ kind: 'conversation', id: conversationId });
    return followed;
  }

  private hostOf(receipts: ReceiptStream): StreamHost {
    return {
      deliver: (id, event, items) => {
        if (event.left) this.noteMove(moveKey(id, event.left), { left: event.version });
        // The item that a new member gets names the receipts of that moment.
        for (const item of items.values()) receipts.beginAtMost(item.receipts);
        for (const listener of this.listeners) listener(id, event);
        const delivered = event[TRACE] === undefined ? undefined : this.traced(id, event[TRACE]);
        this.broadcaster.event(id, event, items);
        delivered?.();
        this.reporter.delivered(event.name);
        this.reportDelay(event);
      },
      prepare: (id, userIds) => this.prepare(id, userIds),
      eventsBetween: (id, range) => this.missing(id, range),
      onGap: (id) => this.reporter.gapFound(id),
      onFault: (id, fault) => this.reporter.streamFailed(id, fault),
    };
  }

  private traced(conversationId: string, parent: string): (() => void) | undefined {
    const sockets = this.conversations.get(conversationId)?.sockets.size ?? 0;
    return this.traces?.delivering(parent, { conversationId, sockets });
  }

  private async missing(conversationId: string, range: { after: number; upTo: number }): Promise<StreamEvent[]> {
    const events = await this.backfill.events({ conversationId, ...range });
    this.reporter.gapRepaired(conversationId, events.length);
    return events;
  }

  private reportDelay(event: StreamEvent): void {
    if (event.name !== 'message:new') return;
    const { message } = event.payload as MessageNewEvent;
    const { [SENT_AT]: sentAt } = event;
    if (sentAt !== undefined) this.reporter.messageDelivered('here', performance.now() - sentAt);
    else if (message.type !== 'system')
      this.reporter.messageDelivered('elsewhere', Math.max(0, Date.now() - Date.parse(message.createdAt)));
  }

  private noteMove(key: string, move: { left?: number; joined?: number }): void {
    const known = this.moves.get(key) ?? { left: 0, joined: 0 };
    this.moves.delete(key);
    const { left = 0, joined = 0 } = move;
    // An event may be delivered twice or late.
    this.moves.set(key, { left: Math.max(known.left, left), joined: Math.max(known.joined, joined) });
    // Whoever asks compares with a version of a moment ago, so the latest are enough.
    const oldest = this.moves.size > MOST_MOVES ? this.moves.keys().next().value : undefined;
    if (oldest !== undefined) this.moves.delete(oldest);
  }

  private async prepare(
    conversationId: string,
    userIds: readonly string[],
  ): Promise<Map<string, ConversationListItem>> {
    const here = userIds.filter((userId) => this.broadcaster.hasSockets(userId));
    return here.length === 0 ? new Map() : this.source.listItems(conversationId, here);
  }

  private drop(conversationId: string): void {
    this.streamOf(conversationId)?.close();
    this.conversations.delete(conversationId);
    this.bus.unsubscribe({ kind: 'conversation', id: conversationId });
  }
}
