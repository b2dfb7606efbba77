import { UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { NoResult } from '@parley/protocol';
import { Refuses } from '../../platform/documented.js';
import { ConversationCommandDto } from '../../realtime/commands/conversation-command.dto.js';
import { RethrowFilter } from '../../realtime/commands/rethrow.filter.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { TypingService } from './typing.service.js';

@WebSocketGateway()
@UseFilters(RethrowFilter)
export class TypingGateway {
  constructor(private readonly typing: TypingService) {}

  /** Lasts three seconds; more than one a second has no effect. */
  @SubscribeMessage('typing:start')
  @Refuses('conflict')
  start(@ConnectedSocket() socket: ParleySocket, @MessageBody() command: ConversationCommandDto): Promise<NoResult> {
    return this.typing.start(socket.data.principal, command.conversationId.toLowerCase());
  }

  @SubscribeMessage('typing:stop')
  stop(@ConnectedSocket() socket: ParleySocket, @MessageBody() command: ConversationCommandDto): Promise<NoResult> {
    return this.typing.stop(socket.data.principal, command.conversationId.toLowerCase());
  }
}
