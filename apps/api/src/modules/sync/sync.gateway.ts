import { UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { SyncAnswer } from '@parley/protocol';
import { RethrowFilter } from '../../realtime/commands/rethrow.filter.js';
import { LineMeter } from '../../realtime/connections/line-meter.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { SyncDto } from './dto/sync.dto.js';
import { SyncService } from './sync.service.js';

/** The command by which a client that was away catches up. */
@WebSocketGateway()
@UseFilters(RethrowFilter)
export class SyncGateway {
  constructor(private readonly service: SyncService) {}

  @SubscribeMessage('sync')
  sync(@ConnectedSocket() socket: ParleySocket, @MessageBody() question: SyncDto): Promise<SyncAnswer> {
    return this.service.sync(socket.data.principal, question, LineMeter.of(socket.conn).answerBytes('sync'));
  }
}
