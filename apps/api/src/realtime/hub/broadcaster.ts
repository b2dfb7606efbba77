import type { ConversationListItem, MessageNewEvent } from '@parley/protocol';
import { notFound } from '../../kernel/errors.js';
import { closeForGood } from '../connections/closing.js';
import { boundConversationOf, mayFollow } from '../connections/connection-facts.js';
import { RoomBroadcaster } from '../connections/room-broadcaster.js';
import { conversationRoom, type ParleyServer, type ParleySocket, userRoom } from '../socket.js';
import type { ReceiptEvent, StreamEvent } from './stream-events.js';

/** What becomes of the sockets themselves when members come and go, and what is to be reported. */
export interface BroadcasterHost {
  joined(socket: ParleySocket, conversationId: string): void;
  left(socket: ParleySocket, conversationId: string): void;
  /** Socket.IO itself has to broadcast, which costs more. */
  onUnshared(): void;
}

/** Puts events on this node's sockets. Everything happens in the turn of the event loop in which it is called. */
export class Broadcaster {
  private readonly rooms: RoomBroadcaster;

  constructor(
    private readonly io: ParleyServer,
    private readonly host: BroadcasterHost,
  ) {
    this.rooms = new RoomBroadcaster(io, () => host.onUnshared());
  }

  event(conversationId: string, event: StreamEvent, items: ReadonlyMap<string, ConversationListItem>): void {
    const room = conversationRoom(conversationId);
    if (event.payload) {
      // Who joins now gets `conversation:created` in place of this.
      const joined = event.joined?.map(userRoom);
      const others = joined && this.io.local.to(room).except(joined);
      if (others) others.emit(event.name, event.payload as never);
      else this.rooms.emit(room, event.name, event.payload as never);
    }
    if (event.name === 'message:new') this.confirm(event.payload as MessageNewEvent);
    for (const userId of event.joined ?? []) this.join(conversationId, userId, { event, item: items.get(userId) });
    if (event.left) this.leave(conversationId, event.left);
  }

  mark(conversationId: string, mark: ReceiptEvent): void {
    const room = conversationRoom(conversationId);
    if (mark.read) this.rooms.emit(room, 'message:read', mark.read);
    if (mark.delivered) this.rooms.emit(room, 'message:delivered', mark.delivered);
    if (mark.unread) this.rooms.emit(userRoom(mark.userId), 'unread:updated', mark.unread);
  }

  socketsOf(userId: string): ParleySocket[] {
    const ids = this.io.of('/').adapter.rooms.get(userRoom(userId)) ?? [];
    return [...ids].flatMap((id) => this.io.of('/').sockets.get(id) ?? []);
  }

  /** Whether a socket of this user receives the conversation's events. */
  reaches(userId: string, conversationId: string): boolean {
    const { rooms } = this.io.of('/').adapter;
    const inside = rooms.get(conversationRoom(conversationId));
    return inside !== undefined && [...(rooms.get(userRoom(userId)) ?? [])].some((id) => inside.has(id));
  }

  hasSockets(userId: string): boolean {
    return this.io.of('/').adapter.rooms.has(userRoom(userId));
  }

  /** Confirms to every socket of the sender, not only to the one that sent, since all of them show the message. */
  private confirm({ message }: MessageNewEvent): void {
    if (message.type === 'system') return;
    const { id, clientMessageId, conversationId, seq } = message;
    const sent = { id, clientMessageId, conversationId, seq, status: 'sent' as const };
    this.rooms.emit(userRoom(message.senderId), 'message:sent', sent);
  }

  private join(
    conversationId: string,
    userId: string,
    { event, item }: { event: StreamEvent; item?: ConversationListItem },
  ): void {
    // Without an item the user was removed again, or has only sockets here that are still reading their memberships.
    if (!item) return;
    const room = conversationRoom(conversationId);
    const payload = { conversation: item, version: event.version };
    this.io.local.to(userRoom(userId)).emit('conversation:created', payload);
    for (const socket of this.socketsOf(userId)) {
      if (!mayFollow(socket, conversationId)) continue;
      void socket.join(room);
      this.host.joined(socket, conversationId);
    }
  }

  private leave(conversationId: string, userId: string): void {
    for (const socket of this.socketsOf(userId)) {
      void socket.leave(conversationRoom(conversationId));
      this.host.left(socket, conversationId);
      // Of a socket that is here for this conversation only, nothing is left.
      if (boundConversationOf(socket) === conversationId) closeForGood(socket, notFound());
    }
  }
}
