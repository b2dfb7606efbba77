import { Controller, Get } from '@nestjs/common';
import type { AuditPage } from '@parley/protocol';
import { Needs } from '../../platform/documented.js';
import { ValidQuery } from '../../platform/http/valid.js';
import { AuditService } from './audit.service.js';
import { ListAuditDto } from './dto/list-audit.dto.js';

@Controller('audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  /** For server admins: what administrators did, newest first. */
  @Get()
  @Needs('server_admin')
  list(@ValidQuery(ListAuditDto) query: ListAuditDto): Promise<AuditPage> {
    return this.audit.list(query);
  }
}
