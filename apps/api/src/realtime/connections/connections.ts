import { Inject, Injectable } from '@nestjs/common';
import { type AnnouncedLimits, type JoinResult, LIMITS } from '@parley/protocol';
import { CONFIG, type Config } from '../../config/config.js';
import { invalid, notFound, ParleyError } from '../../kernel/errors.js';
import { Hub } from '../hub/hub.js';
import type { Memberships } from '../hub/stream-events.js';
import { StreamSource } from '../hub/stream-source.js';
import { conversationRoom, type ParleySocket, userRoom } from '../socket.js';
import { VERSION } from '../version.js';
import { boundConversationOf, mayFollow } from './connection-facts.js';
import { HandshakeLimiter } from './handshake-limiter.js';
import { UserConnectionLimiter } from './user-connection-limiter.js';

const MOST_ATTEMPTS = 5;

/** Brings a new socket into its conversations without a gap between what it reads and what is delivered to it. */
@Injectable()
export class Connections {
  /** The membership version as of which each connected user's sockets are right. */
  private readonly cursors = new Map<string, { cursor: number }>();

  constructor(
    private readonly hub: Hub,
    private readonly source: StreamSource,
    private readonly handshakes: HandshakeLimiter,
    private readonly userConnections: UserConnectionLimiter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Of this user on this node, those included that were refused and wait. */
  socketsOf(userId: string): ParleySocket[] {
    return [...this.hub.socketsOf(userId), ...this.userConnections.keptOf(userId)];
  }

  /** Whether the user may have one more; else it has been refused, and is closed. */
  admits(socket: ParleySocket): boolean {
    return this.userConnections.admits(socket);
  }

  /**
   * Pending in the streams first, memberships read afterwards, rooms joined in the same turn as that read, then `ready`:
   * whatever happens meanwhile is either in what was read or is delivered. It counts from the turn of this call on.
   */
  connect(socket: ParleySocket): Promise<void> {
    return this.handshakes.during(() => this.bringIn(socket));
  }

  private async bringIn(socket: ParleySocket): Promise<void> {
    const { userId } = socket.data.principal;
    this.hold(userId);
    socket.on('disconnect', () => {
      this.hub.forget(socket);
      this.release(userId);
    });
    await socket.join(userRoom(userId));
    const epoch = await this.source.epoch();
    let seen = await this.membershipsFor(socket);
    for (let attempt = 1; ; attempt += 1) {
      await this.hub.enter(
        socket,
        seen.present.map((each) => each.conversationId),
      );
      const again = await this.membershipsFor(socket);
      const isSettled = again.cursor === seen.cursor;
      seen = again;
      if (isSettled) break;
      // Rooms are only joined whose streams it is in; it may come back when its memberships are at rest.
      if (attempt === MOST_ATTEMPTS) throw new ParleyError('service_unavailable');
    }
    if (!socket.connected) return;
    this.joinRooms(socket, seen);
    this.entered(userId, seen.cursor);
    socket.data.isReady = true;
    socket.emit('ready', {
      userId,
      epoch,
      cursor: seen.cursor,
      serverTime: new Date().toISOString(),
      serverVersion: VERSION,
      limits: this.limits(),
      features: { search: this.config.search, files: this.config.files.isOn },
    });
  }

  /**
   * Follows one conversation by the same routine, as after `silence`. @throws `not_found` for strangers, `validation_failed`
   * where the connection is for another conversation.
   */
  async join(socket: ParleySocket, conversationId: string): Promise<JoinResult> {
    const { userId } = socket.data.principal;
    if (!mayFollow(socket, conversationId)) throw invalid('conversationId', 'This connection is for another one.');
    await this.hub.enter(socket, [conversationId]);
    const { present } = await this.memberships(userId);
    if (!socket.connected) throw notFound();
    const member = present.find((each) => each.conversationId === conversationId);
    const room = conversationRoom(conversationId);
    if (!member || this.hub.removedSince(conversationId, userId, member.version)) {
      // The removal is still to be delivered to a socket in the room, which leaves the room by it and by nothing else.
      if (!socket.rooms.has(room)) this.hub.unfollowRemoved(socket, conversationId);
      throw notFound();
    }
    // Another command of this socket was refused meanwhile, and ended what this one had entered.
    if (!this.hub.follows(socket, conversationId)) return this.join(socket, conversationId);
    socket.data.silenced?.delete(conversationId);
    void socket.join(room);
    return this.position(conversationId);
  }

  /** Keeps this socket from a conversation's events until it joins again or reconnects. */
  async silence(socket: ParleySocket, conversationId: string): Promise<JoinResult> {
    const { present } = await this.memberships(socket.data.principal.userId);
    if (!present.some((each) => each.conversationId === conversationId)) throw notFound();
    socket.data.silenced ??= new Set();
    socket.data.silenced.add(conversationId);
    void socket.leave(conversationRoom(conversationId));
    return this.position(conversationId);
  }

  private async position(conversationId: string): Promise<JoinResult> {
    const heads = (await this.source.heads([conversationId])).get(conversationId);
    if (!heads) throw notFound();
    const { version, receipts } = heads;
    return { version, receipts };
  }

  /** The users with sockets here and the membership version as of which those are right. */
  users(): Map<string, number> {
    return new Map([...this.cursors].map(([userId, { cursor }]) => [userId, cursor]));
  }

  /** How many these are. */
  get userCount(): number {
    return this.cursors.size;
  }

  /** All sockets of this user that were right as of `from` are right as of `to`; one that came meanwhile may not be. */
  settled(userId: string, { from, to }: { from: number; to: number }): void {
    const user = this.cursors.get(userId);
    if (user?.cursor === from) user.cursor = to;
  }

  /** One more socket, right as of `cursor`: together they are right as of the least of theirs. */
  private entered(userId: string, cursor: number): void {
    const user = this.cursors.get(userId);
    if (user) user.cursor = Math.min(user.cursor, cursor);
  }

  /** Those that it is to follow. @throws `not_found` where it is here for one that is not among them. */
  private async membershipsFor(socket: ParleySocket): Promise<Memberships> {
    const { cursor, present } = await this.memberships(socket.data.principal.userId);
    const wanted = present.filter(({ conversationId }) => mayFollow(socket, conversationId));
    if (wanted.length === 0 && boundConversationOf(socket) !== null) throw notFound();
    return { cursor, present: wanted };
  }

  private async memberships(userId: string): Promise<Memberships> {
    return (await this.source.memberships([userId])).get(userId) ?? { cursor: 0, present: [] };
  }

  private joinRooms(socket: ParleySocket, memberships: Memberships): void {
    const { userId } = socket.data.principal;
    const rooms: string[] = [];
    for (const { conversationId, version } of memberships.present) {
      const room = conversationRoom(conversationId);
      if (!this.hub.removedSince(conversationId, userId, version)) rooms.push(room);
      else this.hub.unfollowRemoved(socket, conversationId);
    }
    if (rooms.length === 0 && boundConversationOf(socket) !== null) throw notFound();
    void socket.join(rooms);
  }

  private hold(userId: string): void {
    if (this.userConnections.count(userId, 1) > 1) return;
    this.cursors.set(userId, { cursor: Number.POSITIVE_INFINITY });
    this.hub.subscribeUser(userId, true);
  }

  private release(userId: string): void {
    if (this.userConnections.count(userId, -1) > 0) return;
    this.cursors.delete(userId);
    this.hub.subscribeUser(userId, false);
  }

  private limits(): AnnouncedLimits {
    return {
      contentBytes: this.config.contentBytes,
      metadataBytes: LIMITS.metadataBytes,
      frameBytes: LIMITS.frameBytes,
      membersPerRequest: LIMITS.membersPerRequest,
      messagesPerSecond: this.config.messagesPerSecond,
      messagesPerMinute: this.config.messagesPerMinute,
      editWindowSeconds: this.config.editWindowMinutes * 60,
      fileBytes: this.config.files.maxBytes,
      filesPerMessage: this.config.files.perMessage,
    };
  }
}
