import { Controller, Get } from '@nestjs/common';
import type { SearchPage } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidQuery } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { ConversationSearchDto, SearchDto } from './dto/search.dto.js';
import { SearchService } from './search.service.js';

@Controller()
export class SearchController {
  constructor(private readonly service: SearchService) {}

  /** The newest messages that are what is asked for, of all conversations of the caller's. */
  @Get('search')
  @Needs('search')
  @Refuses('not_found', 'unsupported')
  @RateLimited('searches')
  search(@CurrentPrincipal() principal: Principal, @ValidQuery(SearchDto) query: SearchDto): Promise<SearchPage> {
    return this.service.search(principal, query);
  }

  /** As `GET search`, in one conversation. */
  @Get(['conversations/:id/messages/search', 'rooms/:id/messages/search'])
  @Needs('search')
  @Refuses('not_found', 'unsupported')
  @RateLimited('searches')
  searchIn(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') conversationId: string,
    @ValidQuery(ConversationSearchDto) query: ConversationSearchDto,
  ): Promise<SearchPage> {
    return this.service.search(principal, { ...query, conversationId });
  }
}
