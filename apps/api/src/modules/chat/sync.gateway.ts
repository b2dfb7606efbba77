import { UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { SyncAnswer } from '@parley/protocol';
import { RethrowFilter } from '../../realtime/commands/rethrow.filter.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { AnswerSizes, SyncDto, SyncService } from '../sync/index.js';

/** The command by which a client that was away catches up. */
@WebSocketGateway()
@UseFilters(RethrowFilter)
export class SyncGateway {
  private readonly sizes = new AnswerSizes();

  constructor(private readonly service: SyncService) {}

  @SubscribeMessage('sync')
  async sync(@ConnectedSocket() socket: ParleySocket, @MessageBody() question: SyncDto): Promise<SyncAnswer> {
    const bytes = this.sizes.next(socket);
    const answer = await this.service.sync(socket.data.principal, question, bytes);
    this.sizes.answered(socket, { bytes, hasMore: answer.hasMore });
    return answer;
  }
}
