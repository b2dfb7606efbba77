import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { PresenceModule } from '../presence/index.js';
import { NodeFiguresReader } from './node-figures.reader.js';
import { NodeSurvey } from './node-survey.js';
import { OperationsController } from './operations.controller.js';

/** What the operations page of the web app shows. */
@Module({
  imports: [RealtimeModule, PresenceModule],
  controllers: [OperationsController],
  providers: [NodeFiguresReader, NodeSurvey],
})
export class OperationsModule {}
