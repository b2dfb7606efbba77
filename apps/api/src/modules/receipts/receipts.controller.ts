import { Controller, Get, HttpCode, HttpStatus, Post } from '@nestjs/common';
import type { MarkResult, MessageReceipts as ReceiptsAnswer, UnreadSummary } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody } from '../../platform/http/valid.js';
import { AsCommand } from '../../realtime/commands/command.interceptor.js';
import { MarkDto } from './dto/mark.dto.js';
import { MessageReceipts } from './message-receipts.js';
import { ReceiptsService } from './receipts.service.js';

@Controller()
export class ReceiptsController {
  constructor(
    private readonly receipts: ReceiptsService,
    private readonly ofMessages: MessageReceipts,
  ) {}

  /** Exactly one of `seq` and `messageId`; moves the delivery marker too. */
  @Post(['conversations/:id/read', 'rooms/:id/read'])
  @Needs('mark')
  @AsCommand('message:read')
  @HttpCode(HttpStatus.OK)
  read(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(MarkDto) body: MarkDto,
  ): Promise<MarkResult> {
    return this.receipts.read(principal, id, body);
  }

  /** Exactly one of `seq` and `messageId`. */
  @Post(['conversations/:id/delivered', 'rooms/:id/delivered'])
  @Needs('mark')
  @AsCommand('message:delivered')
  @HttpCode(HttpStatus.OK)
  delivered(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(MarkDto) body: MarkDto,
  ): Promise<MarkResult> {
    return this.receipts.delivered(principal, id, body);
  }

  /** Counts above 0 only. */
  @Get('messages/unread')
  @Needs('self')
  unread(@CurrentPrincipal() principal: Principal): Promise<UnreadSummary> {
    return this.receipts.unread(principal);
  }

  /**
   * Each present member but the sender whom it has reached, who read it first first; in conversations of over 100
   * members, of the hundred who joined first.
   */
  @Get('messages/:id/receipts')
  @Needs('read')
  ofMessage(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<ReceiptsAnswer> {
    return this.ofMessages.list(principal, id);
  }
}
