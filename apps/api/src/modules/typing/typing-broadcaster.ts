import { Inject, Injectable } from '@nestjs/common';
import { LIMITS } from '@parley/protocol';
import { conversationRoom, IO, type ParleyServer } from '../../realtime/socket.js';

/** A socket that opened a large conversation looks at it for so long, unless it opens another. */
const LOOKS_MS = 10 * 60_000;

/** Tells this node's sockets who is typing. */
@Injectable()
export class TypingBroadcaster {
  constructor(@Inject(IO) private readonly io: ParleyServer) {}

  /** @param isLarge only those are told who have it open. */
  update(conversationId: string, userIds: readonly string[], isLarge: boolean): void {
    const receivers = isLarge ? this.lookingAt(conversationId) : [conversationRoom(conversationId)];
    // To nobody would be to everybody.
    if (receivers.length === 0) return;
    const shown = userIds.slice(0, LIMITS.typingUserIds);
    this.io.local.to(receivers).emit('typing:update', { conversationId, userIds: shown, count: userIds.length });
  }

  /** Of the sockets that follow it, those whose latest `conversation:open` named it. */
  private lookingAt(conversationId: string): string[] {
    const { adapter, sockets } = this.io.of('/');
    const since = performance.now() - LOOKS_MS;
    return [...(adapter.rooms.get(conversationRoom(conversationId)) ?? [])].filter((id) => {
      const opened = sockets.get(id)?.data.opened;
      return opened?.conversationId === conversationId && opened.at >= since;
    });
  }
}
