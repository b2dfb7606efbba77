import { Controller, Get, Post, Res } from '@nestjs/common';
import type { FileLink } from '@parley/protocol';
import type { Response } from 'express';
import type { Principal } from '../../kernel/principal.js';
import { AnswersBytes, Needs, Refuses } from '../../platform/documented.js';
import { CurrentPrincipal, Linked } from '../../platform/http/request.js';
import { UuidParam } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { SignedLinks } from '../auth/index.js';
import { AccountExport } from './account-export.js';
import { ConversationExport } from './conversation-export.js';
import { ExportAnswer } from './export-answer.js';

const MINE = '/api/users/me/export';
const ofConversation = (id: string): string => `/api/conversations/${id}/export`;

/** What people take along, as JSON Lines. */
@Controller()
export class ExportsController {
  constructor(
    private readonly accounts: AccountExport,
    private readonly conversations: ConversationExport,
    private readonly answer: ExportAnswer,
    private readonly links: SignedLinks,
  ) {}

  /** All that the caller has here, with their files, as JSON Lines (docs/exports.md); also by a link, without a token. */
  @Get('users/me/export')
  @Needs('self')
  @Linked()
  @AnswersBytes()
  @Refuses('service_unavailable')
  @RateLimited('exports')
  async mine(@CurrentPrincipal() principal: Principal, @Res() response: Response): Promise<void> {
    await this.answer.send(principal, this.accounts.of(principal), response);
  }

  /** For browsers, which save it without holding it: good for five minutes while the session lasts, by whoever has it. */
  @Post('users/me/export/link')
  @Needs('self')
  async linkToMine(@CurrentPrincipal() principal: Principal): Promise<FileLink> {
    await this.accounts.of(principal).check();
    return this.link(MINE, principal);
  }

  /** All of a conversation with its files, as JSON Lines (docs/exports.md); also by a link, without a token. */
  @Get(['conversations/:id/export', 'rooms/:id/export'])
  @Needs('export')
  @Linked()
  @AnswersBytes()
  @Refuses('service_unavailable')
  @RateLimited('exports')
  async conversation(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @Res() response: Response,
  ): Promise<void> {
    await this.answer.send(principal, this.conversations.of(principal, id), response);
  }

  /** As the link to one's own data, while the caller may have the conversation. */
  @Post(['conversations/:id/export/link', 'rooms/:id/export/link'])
  @Needs('export')
  async linkToConversation(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<FileLink> {
    await this.conversations.of(principal, id).check();
    return this.link(ofConversation(id), principal);
  }

  private link(path: string, { userId, sessionId }: Principal): FileLink {
    const { url, expiresAt } = this.links.sign(path, userId, sessionId);
    return { url, expiresAt: expiresAt.toISOString() };
  }
}
