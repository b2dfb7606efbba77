import { Module } from '@nestjs/common';
import { Connections } from '../connections.js';
import { FeedBus, MemoryFeedBus } from './feed-bus.js';
import { Feeds } from './feeds.js';
import { Sweep } from './sweep.js';

@Module({
  providers: [Feeds, Connections, Sweep, { provide: FeedBus, useClass: MemoryFeedBus }],
  exports: [Feeds, Connections, Sweep],
})
export class FeedModule {}
