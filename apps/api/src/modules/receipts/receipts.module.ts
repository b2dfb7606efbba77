import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { MessagesModule } from '../messages/index.js';
import { UsersModule } from '../users/index.js';
import { MessageReceipts } from './message-receipts.js';
import { ReceiptsController } from './receipts.controller.js';
import { ReceiptsGateway } from './receipts.gateway.js';
import { ReceiptsRepository } from './receipts.repository.js';
import { ReceiptsService } from './receipts.service.js';
import { Watermarks } from './watermarks.js';

@Module({
  imports: [RealtimeModule, MessagesModule, UsersModule],
  controllers: [ReceiptsController],
  providers: [ReceiptsGateway, ReceiptsService, MessageReceipts, ReceiptsRepository, Watermarks],
})
export class ReceiptsModule {}
