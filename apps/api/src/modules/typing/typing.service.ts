import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { isSmallConversation, type MessageNewEvent, type NoResult, type TypingUsers } from '@parley/protocol';
import { notFound } from '../../kernel/errors.js';
import { ExpiringCache } from '../../kernel/expiring-cache.js';
import type { Principal } from '../../kernel/principal.js';
import { Limiter } from '../../platform/limits/limiter.js';
import { NodeBus } from '../../realtime/bus/node-bus.js';
import { OpenConversations } from '../../realtime/connections/open-conversations.js';
import { Hub } from '../../realtime/hub/hub.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';
import { joinedConversations, type ParleySocket } from '../../realtime/socket.js';
import { requireOpen } from '../conversation-log/index.js';
import { type TypingFacts, TypingRepository } from './typing.repository.js';
import { TypingBroadcaster } from './typing-broadcaster.js';
import { TypingExchange } from './typing-exchange.js';
import { TypingState } from './typing-state.js';
import type { TypingChange } from './typing-topic.js';
import { TypingUpdates } from './typing-updates.js';

/** How long somebody types without saying so again. */
const LASTS_MS = 3_000;
const LOOK_MS = 250;
const FACTS_KEPT = { most: 10_000, ms: 60_000 };
/** Longer than any change published before the archiving may take to arrive. */
const ARCHIVED_KEPT = { most: 10_000, ms: 2 * LASTS_MS };

/**
 * Who is typing where, known to every node and stored by none. Each node keeps everybody, forgets whoever does not go on,
 * and updates its own sockets; so a node that dies leaves nothing behind.
 */
@Injectable()
export class TypingService implements OnApplicationShutdown {
  private readonly state = new TypingState();
  private readonly starts = new Limiter({ starts: { atOnce: 1, perSecond: 1 } });
  private readonly facts = new ExpiringCache<TypingFacts>(FACTS_KEPT.most, FACTS_KEPT.ms);
  /** The versions with which conversations were archived a moment ago. */
  private readonly archivedAt = new ExpiringCache<number>(ARCHIVED_KEPT.most, ARCHIVED_KEPT.ms);
  private readonly updates: TypingUpdates;
  private readonly exchange: TypingExchange;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly hub: Hub,
    private readonly repository: TypingRepository,
    private readonly broadcaster: TypingBroadcaster,
    bus: NodeBus,
    openConversations: OpenConversations,
  ) {
    this.updates = new TypingUpdates((conversationId) => {
      const userIds = this.state.userIds(conversationId);
      broadcaster.update(conversationId, userIds, this.state.isLarge(conversationId));
      if (userIds.length === 0) this.state.forget(conversationId);
    });
    this.exchange = new TypingExchange(bus, (change) => this.apply(change));
    openConversations.onOpen((socket, conversationId) => this.show(socket, conversationId, true));
    hub.beforeDelivery((conversationId, event) => this.deliver(conversationId, event));
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
    this.updates.close();
    this.exchange.close();
  }

  /** Shows a socket that begins to follow its conversations who types there: those who go on make no update. */
  begin(socket: ParleySocket): void {
    if (this.state.isEmpty) return;
    for (const conversationId of joinedConversations(socket)) this.show(socket, conversationId, false);
  }

  /** As `begin`, of one conversation. */
  joined(socket: ParleySocket, conversationId: string): void {
    this.show(socket, conversationId, false);
  }

  /** More than one a second has no effect. @throws `not_found` for strangers, `conflict` where it is archived. */
  async start({ userId }: Principal, conversationId: string): Promise<NoResult> {
    const version = this.hub.versionOf(conversationId);
    const facts = await this.factsFor(userId, conversationId);
    requireOpen(facts);
    // Delivered while the facts were read: an update now would come after it.
    if (this.isOutdated(conversationId, userId, version)) return {};
    const key = `${conversationId} ${userId}`;
    if (this.starts.left('starts', key) < 1) return {};
    this.starts.take('starts', key);
    const isLarge = !isSmallConversation(facts.memberCount);
    this.add({ conversationId, userId, ms: LASTS_MS, isLarge }, true);
    this.exchange.publish({ conversationId, userId, ms: LASTS_MS, isLarge, version });
    return {};
  }

  /** @throws `not_found` for strangers. */
  async stop({ userId }: Principal, conversationId: string): Promise<NoResult> {
    await this.factsFor(userId, conversationId);
    if (this.remove(conversationId, userId)) this.publishEnd(conversationId, userId);
    return {};
  }

  /** @throws `not_found` for strangers. */
  async list({ userId }: Principal, conversationId: string): Promise<TypingUsers> {
    const facts = await this.repository.findFor(userId, conversationId);
    if (!facts) throw notFound();
    return { userIds: facts.isArchived ? [] : this.state.userIds(conversationId) };
  }

  /** @param isLarge whether it is of those of which only sockets that have them open are updated. */
  private show(socket: ParleySocket, conversationId: string, isLarge: boolean): void {
    const userIds = this.state.userIds(conversationId);
    if (userIds.length === 0 || this.state.isLarge(conversationId) !== isLarge) return;
    this.broadcaster.show(socket, conversationId, userIds);
  }

  /** A user whose sockets follow the conversation is a member of it; of others the database is asked. */
  private async factsFor(userId: string, conversationId: string): Promise<TypingFacts> {
    const find = async () => {
      const facts = await this.repository.findFor(userId, conversationId);
      if (!facts) throw notFound();
      return facts;
    };
    return this.hub.reaches(userId, conversationId) ? this.facts.getOrLoad(conversationId, find) : find();
  }

  private add({ conversationId, userId, ms, isLarge }: Omit<TypingChange, 'version'>, isMine: boolean): void {
    if (this.state.add(conversationId, userId, { ms, isMine, isLarge })) this.updates.changed(conversationId);
    this.timer ??= setInterval(() => this.expire(), LOOK_MS).unref();
  }

  /** Returns who it was, null where they were not typing. */
  private remove(conversationId: string, userId: string): { isMine: boolean } | null {
    const typist = this.state.remove(conversationId, userId);
    if (typist) this.updates.changed(conversationId);
    return typist;
  }

  private publishEnd(conversationId: string, userId: string): void {
    const isLarge = this.state.isLarge(conversationId);
    this.exchange.publish({ conversationId, userId, ms: 0, isLarge, version: this.hub.versionOf(conversationId) });
  }

  private expire(): void {
    for (const conversationId of this.state.expire()) this.updates.changed(conversationId);
    if (!this.state.isEmpty || !this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  /** Whether this node has delivered, after this version, that the user was removed or the conversation archived. */
  private isOutdated(conversationId: string, userId: string, version: number): boolean {
    const archivedAt = this.archivedAt.get(conversationId) ?? 0;
    return archivedAt > version || this.hub.removedSince(conversationId, userId, version);
  }

  /** A change at another node, which may not have delivered yet what this one has. */
  private apply({ conversationId, userId, ms, isLarge, version }: TypingChange): void {
    const isOver = ms <= 0 || this.isOutdated(conversationId, userId, version);
    if (!isOver) this.add({ conversationId, userId, ms: Math.min(ms, LASTS_MS), isLarge }, false);
    else this.remove(conversationId, userId);
  }

  private deliver(conversationId: string, event: StreamEvent): void {
    if (event.name === 'message:new') {
      const { message } = event.payload as MessageNewEvent;
      if (message.type !== 'system') this.end(conversationId, message.senderId);
      return;
    }
    if (event.left) this.end(conversationId, event.left);
    if (event.left || event.joined) this.facts.forget(conversationId);
    if (event.name === 'conversation:archived') this.close(conversationId, event.version);
  }

  /** Nodes that follow the conversation deliver the same event; the node at which the user typed publishes it to the rest. */
  private end(conversationId: string, userId: string): void {
    if (this.remove(conversationId, userId)?.isMine) this.publishEnd(conversationId, userId);
  }

  /** No update may follow the event, so the last one goes out before it. */
  private close(conversationId: string, version: number): void {
    this.archivedAt.set(conversationId, version);
    this.facts.forget(conversationId);
    for (const userId of this.state.userIds(conversationId)) this.state.remove(conversationId, userId);
    if (this.state.has(conversationId)) this.updates.now(conversationId);
  }
}
