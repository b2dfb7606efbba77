import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { NoticePublisher } from './notice-publisher.js';

/** What concerns single users, told on all their sockets. */
@Module({ imports: [RealtimeModule], providers: [NoticePublisher], exports: [NoticePublisher] })
export class NoticesModule {}
