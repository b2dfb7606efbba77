import { Injectable } from '@nestjs/common';
import type { ParleySocket } from '../socket.js';

type OpenListener = (socket: ParleySocket, conversationId: string) => void;

/** Which conversation each socket has open: the one that it asked a page of last. */
@Injectable()
export class OpenConversations {
  private readonly listeners: OpenListener[] = [];

  onOpen(listener: OpenListener): void {
    this.listeners.push(listener);
  }

  /** Whether the socket may read it is not decided here. */
  open(socket: ParleySocket, conversationId: string): void {
    socket.data.opened = { conversationId, at: performance.now() };
    for (const listener of this.listeners) listener(socket, conversationId);
  }
}
