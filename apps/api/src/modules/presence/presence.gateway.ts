import { UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { NoResult, PresenceSubscribeResult } from '@parley/protocol';
import { RethrowFilter } from '../../realtime/commands/rethrow.filter.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { PresenceIdleDto, PresenceSubscribeDto } from './dto/presence-commands.dto.js';
import { PresenceService } from './presence.service.js';

@WebSocketGateway()
@UseFilters(RethrowFilter)
export class PresenceGateway {
  constructor(private readonly presence: PresenceService) {}

  @SubscribeMessage('presence:subscribe')
  subscribe(
    @ConnectedSocket() socket: ParleySocket,
    @MessageBody() { userIds }: PresenceSubscribeDto,
  ): Promise<PresenceSubscribeResult> {
    return this.presence.subscribe(socket, userIds);
  }

  @SubscribeMessage('presence:idle')
  async idle(@ConnectedSocket() socket: ParleySocket, @MessageBody() { isIdle }: PresenceIdleDto): Promise<NoResult> {
    this.presence.setIdle(socket, isIdle);
    return {};
  }
}
