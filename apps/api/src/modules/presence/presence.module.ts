import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { UsersModule } from '../users/index.js';
import { NodeRegister } from './node-register.js';
import { PeopleRepository } from './people.repository.js';
import { PeoplePublisher } from './people-publisher.js';
import { PresenceController } from './presence.controller.js';
import { PresenceGateway } from './presence.gateway.js';
import { PresenceRepository } from './presence.repository.js';
import { PresenceService } from './presence.service.js';
import { PresenceTracker } from './presence-tracker.js';

@Module({
  imports: [RealtimeModule, UsersModule],
  controllers: [PresenceController],
  providers: [
    PresenceGateway,
    PresenceService,
    PresenceTracker,
    PeoplePublisher,
    NodeRegister,
    PresenceRepository,
    PeopleRepository,
  ],
  exports: [PresenceService, NodeRegister],
})
export class PresenceModule {}
