import { UseFilters } from '@nestjs/common';
import { ConnectedSocket, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { SyncAnswer } from '@parley/protocol';
import { Payload } from '../../realtime/payload.js';
import { RethrowFilter } from '../../realtime/rethrow.filter.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { SyncDto, SyncService } from '../sync/index.js';

/** The command by which a client that was away catches up. */
@WebSocketGateway()
@UseFilters(RethrowFilter)
export class SyncGateway {
  constructor(private readonly service: SyncService) {}

  @SubscribeMessage('sync')
  sync(@ConnectedSocket() socket: ParleySocket, @Payload(SyncDto) question: SyncDto): Promise<SyncAnswer> {
    return this.service.sync(socket.data.principal, question);
  }
}
