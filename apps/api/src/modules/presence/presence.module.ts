import { Module } from '@nestjs/common';
import { HubModule } from '../../realtime/hub/hub.module.js';
import { NodeRegister } from './node-register.js';
import { Presence } from './presence.js';
import { PresenceRepository } from './presence.repository.js';
import { PresencePublisher } from './presence-publisher.js';

@Module({
  imports: [HubModule],
  providers: [Presence, PresencePublisher, NodeRegister, PresenceRepository],
  exports: [Presence],
})
export class PresenceModule {}
