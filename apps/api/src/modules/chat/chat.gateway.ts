import { UseFilters } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import type { JoinResult, RefreshResult } from '@parley/protocol';
import { Refuses } from '../../platform/documented.js';
import { ConversationCommandDto } from '../../realtime/commands/conversation-command.dto.js';
import { RethrowFilter } from '../../realtime/commands/rethrow.filter.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { ChatService } from './chat.service.js';
import { RefreshCommandDto } from './dto/refresh-command.dto.js';

/** Connections, and the commands about them. Those of a feature are in the feature's own gateway. */
@WebSocketGateway()
@UseFilters(RethrowFilter)
export class ChatGateway implements OnGatewayConnection<ParleySocket> {
  constructor(private readonly chat: ChatService) {}

  /** Nest neither awaits this nor catches what it throws. */
  handleConnection(socket: ParleySocket): void {
    this.chat.begin(socket);
  }

  @SubscribeMessage('conversation:join')
  join(@ConnectedSocket() socket: ParleySocket, @MessageBody() command: ConversationCommandDto): Promise<JoinResult> {
    return this.chat.join(socket, command.conversationId.toLowerCase());
  }

  @SubscribeMessage('conversation:leave')
  leave(@ConnectedSocket() socket: ParleySocket, @MessageBody() command: ConversationCommandDto): Promise<JoinResult> {
    return this.chat.silence(socket, command.conversationId.toLowerCase());
  }

  @SubscribeMessage('auth:refresh')
  @Refuses('unauthenticated', 'token_expired', 'forbidden')
  refresh(@ConnectedSocket() socket: ParleySocket, @MessageBody() command: RefreshCommandDto): Promise<RefreshResult> {
    return this.chat.refresh(socket, command.token);
  }
}
