import { Controller, Get, Patch } from '@nestjs/common';
import type { ConversationSettings, Page } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs } from '../../platform/documented.js';
import { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody, ValidQuery } from '../../platform/http/valid.js';
import { ConversationSettingsService } from './conversation-settings.service.js';
import { ConversationSettingsDto } from './dto/settings-bodies.dto.js';

@Controller()
export class ConversationSettingsController {
  constructor(private readonly settings: ConversationSettingsService) {}

  /** The caller's, of those conversations for which they have ever changed any, in the order of ids. */
  @Get('users/me/conversation-settings')
  @Needs('self')
  list(
    @CurrentPrincipal() principal: Principal,
    @ValidQuery(CursorQueryDto) query: CursorQueryDto,
  ): Promise<Page<ConversationSettings>> {
    return this.settings.list(principal, query);
  }

  /**
   * The caller's own, for all their devices: what is named is changed, the rest stays. `muteSeconds` goes with
   * `notifications`. Nobody else sees it, and the conversation's `version` stays.
   */
  @Patch(['conversations/:id/settings', 'rooms/:id/settings'])
  @Needs('mark')
  change(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(ConversationSettingsDto) body: ConversationSettingsDto,
  ): Promise<ConversationSettings> {
    return this.settings.change(principal, id, body);
  }
}
