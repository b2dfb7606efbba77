import { Controller, Get } from '@nestjs/common';
import type { OperationsStatus } from '@parley/protocol';
import { Needs } from '../../platform/documented.js';
import { NodeSurvey } from './node-survey.js';

@Controller('operations')
export class OperationsController {
  constructor(private readonly survey: NodeSurvey) {}

  /**
   * For server admins: what every node is at, the oldest first. Totals are since its start. A node that does not answer within
   * a second is silent: its `figures` are null.
   */
  @Get()
  @Needs('server_admin')
  read(): Promise<OperationsStatus> {
    return this.survey.status();
  }
}
