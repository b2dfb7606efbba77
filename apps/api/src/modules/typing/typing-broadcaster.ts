import { Inject, Injectable } from '@nestjs/common';
import { LIMITS } from '@parley/protocol';
import { conversationRoom, IO, localSockets, type ParleyServer } from '../../realtime/socket.js';

/** For so long a socket that opened a large conversation gets its updates, unless it opens another. */
const OPEN_MS = 10 * 60_000;

/** Emits `typing:update` to this node's sockets. */
@Injectable()
export class TypingBroadcaster {
  constructor(@Inject(IO) private readonly io: ParleyServer) {}

  /** @param isLarge only the sockets that have it open get the update. */
  update(conversationId: string, userIds: readonly string[], isLarge: boolean): void {
    const receivers = isLarge ? this.haveOpen(conversationId) : [conversationRoom(conversationId)];
    const shown = userIds.slice(0, LIMITS.typingUserIds);
    localSockets(this.io, receivers)?.emit('typing:update', { conversationId, userIds: shown, count: userIds.length });
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
