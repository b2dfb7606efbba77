import { UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { MarkResult } from '@parley/protocol';
import { RethrowFilter } from '../../realtime/commands/rethrow.filter.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { MarkCommandDto } from './dto/mark.dto.js';
import { ReceiptsService } from './receipts.service.js';

@WebSocketGateway()
@UseFilters(RethrowFilter)
export class ReceiptsGateway {
  constructor(private readonly receipts: ReceiptsService) {}

  @SubscribeMessage('message:read')
  read(@ConnectedSocket() socket: ParleySocket, @MessageBody() mark: MarkCommandDto): Promise<MarkResult> {
    return this.receipts.read(socket.data.principal, mark.conversationId, mark);
  }

  @SubscribeMessage('message:delivered')
  delivered(@ConnectedSocket() socket: ParleySocket, @MessageBody() mark: MarkCommandDto): Promise<MarkResult> {
    return this.receipts.delivered(socket.data.principal, mark.conversationId, mark);
  }
}
