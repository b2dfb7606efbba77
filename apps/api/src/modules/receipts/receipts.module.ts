import { Module } from '@nestjs/common';
import { FeedModule } from '../../realtime/feed/feed.module.js';
import { ReceiptsController } from './receipts.controller.js';
import { ReceiptsRepository } from './receipts.repository.js';
import { ReceiptsService } from './receipts.service.js';
import { Watermarks } from './watermarks.js';

@Module({
  imports: [FeedModule],
  controllers: [ReceiptsController],
  providers: [ReceiptsService, ReceiptsRepository, Watermarks],
  exports: [ReceiptsService],
})
export class ReceiptsModule {}
