import { Module } from '@nestjs/common';
import { Connections } from '../connections.js';
import { ChangeEvents } from './change-events.js';
import { FeedBus, MemoryFeedBus } from './feed-bus.js';
import { Feeds } from './feeds.js';
import { Sweep } from './sweep.js';

@Module({
  providers: [Feeds, ChangeEvents, Connections, Sweep, { provide: FeedBus, useClass: MemoryFeedBus }],
  exports: [Feeds, ChangeEvents, Connections, Sweep],
})
export class FeedModule {}
