import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { NoticesModule } from '../notices/index.js';
import { UsersModule } from '../users/index.js';
import { BlocksController } from './blocks.controller.js';
import { BlocksRepository } from './blocks.repository.js';
import { BlocksService } from './blocks.service.js';
import { ReportsController } from './reports.controller.js';
import { ReportsRepository } from './reports.repository.js';
import { ReportsService } from './reports.service.js';

/** Blocks and reports. Silences and bans are of members, in `conversations`. */
@Module({
  imports: [NoticesModule, UsersModule, AuditModule],
  controllers: [BlocksController, ReportsController],
  providers: [BlocksService, BlocksRepository, ReportsService, ReportsRepository],
})
export class ModerationModule {}
