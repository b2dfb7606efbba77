import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { UsersModule } from '../users/index.js';
import { InvitesController } from './invites.controller.js';
import { InvitesRepository } from './invites.repository.js';
import { InvitesService } from './invites.service.js';
import { JoiningController } from './joining.controller.js';
import { JoiningService } from './joining.service.js';

/** Links by which people join groups. */
@Module({
  imports: [AuditModule, UsersModule],
  controllers: [InvitesController, JoiningController],
  providers: [InvitesService, JoiningService, InvitesRepository],
})
export class InvitesModule {}
