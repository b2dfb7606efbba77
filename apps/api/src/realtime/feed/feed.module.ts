import { Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOG } from '../../kernel/log.js';
import { REDIS, type RedisLink } from '../../platform/redis/redis-link.js';
import { Arrivals } from '../arrivals.js';
import { ConnectionCap } from '../connection-cap.js';
import { Connections } from '../connections.js';
import { UserSockets } from '../user-sockets.js';
import { ChangeEvents } from './change-events.js';
import { FeedBus, MemoryFeedBus } from './feed-bus.js';
import { Feeds } from './feeds.js';
import { MembershipRepair } from './membership-repair.js';
import { RedisFeedBus } from './redis-feed-bus.js';
import { Sweep } from './sweep.js';

const bus = {
  provide: FeedBus,
  useFactory: (link: RedisLink | null, log: Logger) => (link ? new RedisFeedBus(link, log) : new MemoryFeedBus()),
  inject: [REDIS, LOG],
};

@Module({
  providers: [Arrivals, Feeds, ChangeEvents, UserSockets, ConnectionCap, Connections, MembershipRepair, Sweep, bus],
  exports: [Arrivals, Feeds, ChangeEvents, Connections, Sweep],
})
export class FeedModule {}
