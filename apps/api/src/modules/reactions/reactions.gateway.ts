import { UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { ReactionResult } from '@parley/protocol';
import { Refuses } from '../../platform/documented.js';
import { RethrowFilter } from '../../realtime/commands/rethrow.filter.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { ReactionCommandDto } from './dto/reaction.dto.js';
import { ReactionsService } from './reactions.service.js';

@WebSocketGateway()
@UseFilters(RethrowFilter)
export class ReactionsGateway {
  constructor(private readonly reactions: ReactionsService) {}

  @SubscribeMessage('reaction:add')
  @Refuses('forbidden', 'conflict')
  add(
    @ConnectedSocket() socket: ParleySocket,
    @MessageBody() { messageId, emoji }: ReactionCommandDto,
  ): Promise<ReactionResult> {
    return this.reactions.add(socket.data.principal, messageId, emoji);
  }

  @SubscribeMessage('reaction:remove')
  @Refuses('conflict')
  remove(
    @ConnectedSocket() socket: ParleySocket,
    @MessageBody() { messageId, emoji }: ReactionCommandDto,
  ): Promise<ReactionResult> {
    return this.reactions.remove(socket.data.principal, messageId, emoji);
  }
}
