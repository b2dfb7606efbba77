import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, type TypingUpdatedEvent } from '@parley/protocol';
import { conversationRoom, IO, localSockets, type ParleyServer, type ParleySocket } from '../../realtime/socket.js';

/** For so long a socket that opened a large conversation gets its updates, unless it opens another. */
const OPEN_MS = 10 * 60_000;

/** Emits `typing:update` to this node's sockets. */
@Injectable()
export class TypingBroadcaster {
  constructor(@Inject(IO) private readonly io: ParleyServer) {}

  /** @param isLarge only the sockets that have it open get the update. */
  update(conversationId: string, userIds: readonly string[], isLarge: boolean): void {
    const receivers = isLarge ? this.haveOpen(conversationId) : [conversationRoom(conversationId)];
    localSockets(this.io, receivers)?.emit('typing:update', updateOf(conversationId, userIds));
  }

  /** Emits it to one socket, where that follows the conversation. */
  show(socket: ParleySocket, conversationId: string, userIds: readonly string[]): void {
    if (!socket.rooms.has(conversationRoom(conversationId))) return;
    socket.emit('typing:update', updateOf(conversationId, userIds));
  }

  /** Of the sockets that follow it, those whose latest `conversation:open` named it. */
  private haveOpen(conversationId: string): string[] {
    const { adapter, sockets } = this.io.of('/');
    const since = performance.now() - OPEN_MS;
    return [...(adapter.rooms.get(conversationRoom(conversationId)) ?? [])].filter((id) => {
      const opened = sockets.get(id)?.data.opened;
      return opened?.conversationId === conversationId && opened.at >= since;
    });
  }
}

function updateOf(conversationId: string, userIds: readonly string[]): TypingUpdatedEvent {
  return { conversationId, userIds: userIds.slice(0, LIMITS.typingUserIds), count: userIds.length };
}
