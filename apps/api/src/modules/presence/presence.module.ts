import { Module } from '@nestjs/common';
import { NodeRegister } from './node-register.js';
import { Presence } from './presence.js';
import { PresenceRepository } from './presence.repository.js';
import { PresenceNews } from './presence-news.js';

@Module({ providers: [Presence, PresenceNews, NodeRegister, PresenceRepository], exports: [Presence] })
export class PresenceModule {}
