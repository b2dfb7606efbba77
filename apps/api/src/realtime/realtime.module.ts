import { Module } from '@nestjs/common';
import { FeedModule } from './feed/feed.module.js';
import { SessionClock } from './session-clock.js';

@Module({
  imports: [FeedModule],
  providers: [SessionClock],
  exports: [FeedModule, SessionClock],
})
export class RealtimeModule {}
