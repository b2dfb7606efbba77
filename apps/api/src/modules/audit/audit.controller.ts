import { Controller, Get } from '@nestjs/common';
import type { AuditPage } from '@parley/protocol';
import { Needs } from '../../platform/documented.js';
import { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { ValidQuery } from '../../platform/http/valid.js';
import { AuditService } from './audit.service.js';

@Controller('audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  /** For server admins: what administrators did, newest first. */
  @Get()
  @Needs('server_admin')
  list(@ValidQuery(CursorQueryDto) query: CursorQueryDto): Promise<AuditPage> {
    return this.audit.list(query);
  }
}
