import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { NodeRegister } from './node-register.js';
import { Presence } from './presence.js';
import { PresenceRepository } from './presence.repository.js';
import { PresencePublisher } from './presence-publisher.js';

@Module({
  imports: [RealtimeModule],
  providers: [Presence, PresencePublisher, NodeRegister, PresenceRepository],
  exports: [Presence],
})
export class PresenceModule {}
