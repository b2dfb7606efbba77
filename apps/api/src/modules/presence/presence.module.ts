import { Module } from '@nestjs/common';
import { Presence } from './presence.js';
import { PresenceRepository } from './presence.repository.js';

@Module({ providers: [Presence, PresenceRepository], exports: [Presence] })
export class PresenceModule {}
