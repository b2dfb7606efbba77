import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { Ticket } from '@parley/protocol';
import type { Request } from 'express';
import { Needs } from '../../platform/documented.js';
import { bearerOf } from '../../platform/http/bearer.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { TicketsService } from './tickets.service.js';

@Controller('auth/ticket')
export class TicketsController {
  constructor(private readonly tickets: TicketsService) {}

  /** Good once, within 30 seconds, as `?ticket=` in place of a token. */
  @Post()
  @Needs('self')
  @HttpCode(200)
  @RateLimited('tickets')
  issue(@Req() { headers }: Request): Promise<Ticket> {
    // The guard has verified it.
    return this.tickets.issue(bearerOf(headers.authorization) ?? '');
  }
}
