import { Controller, Get, HttpStatus, Patch, Post, Res } from '@nestjs/common';
import type { Report, ReportPage } from '@parley/protocol';
import type { Response } from 'express';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses, Repeatable } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody, ValidQuery } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { ReportDto, ReportsQueryDto, ResolveReportDto } from './dto/report-bodies.dto.js';
import { ReportsService } from './reports.service.js';

@Controller()
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  /**
   * To the admins and owners of its group; in a direct conversation to the server's admins, with its text copied. 200 where
   * the caller has reported it before. A deleted message: `conflict`; one's own or the server's: `forbidden`.
   */
  @Post('messages/:id/reports')
  @Needs('report')
  @Repeatable()
  @Refuses('forbidden', 'conflict')
  @RateLimited('reports')
  async report(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(ReportDto) body: ReportDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Report> {
    const { report, isNew } = await this.reports.report(principal, id, body);
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return report;
  }

  /** For the admins and owners of the group; the latest first. */
  @Get(['conversations/:id/reports', 'rooms/:id/reports'])
  @Needs('see_reports')
  @Refuses('forbidden')
  listIn(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidQuery(ReportsQueryDto) query: ReportsQueryDto,
  ): Promise<ReportPage> {
    return this.reports.listIn(principal, id, query);
  }

  /** Those of direct conversations, for server admins; the latest first. */
  @Get('reports')
  @Needs('server_admin')
  list(@ValidQuery(ReportsQueryDto) query: ReportsQueryDto): Promise<ReportPage> {
    return this.reports.list(query);
  }

  /** For those who have it in their list; to others it is `not_found`. */
  @Patch('reports/:id')
  @Needs('see_reports', 'server_admin')
  resolve(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(ResolveReportDto) _body: ResolveReportDto,
  ): Promise<Report> {
    return this.reports.resolve(principal, id);
  }
}
