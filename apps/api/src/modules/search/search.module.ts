import { Module } from '@nestjs/common';
import { ConversationLogModule } from '../conversation-log/index.js';
import { MessagesModule } from '../messages/index.js';
import { UsersModule } from '../users/index.js';
import { MessageFinder } from './message-finder.js';
import { SearchController } from './search.controller.js';
import { SearchRepository } from './search.repository.js';
import { SearchService } from './search.service.js';
import { SearchBackfill } from './search-backfill.js';
import { SearchNamesRepository } from './search-names.repository.js';
import { SearchScope } from './search-scope.js';

@Module({
  imports: [ConversationLogModule, MessagesModule, UsersModule],
  controllers: [SearchController],
  providers: [SearchService, SearchScope, MessageFinder, SearchBackfill, SearchRepository, SearchNamesRepository],
})
export class SearchModule {}
