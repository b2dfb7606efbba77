import { Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';
import { AdminNames } from './admin-names.js';
import { AvatarsRepository } from './avatars.repository.js';
import { AvatarsService } from './avatars.service.js';
import { ExternalUsersRepository } from './external-users.repository.js';
import { NameFolding } from './name-folding.js';
import { RetiredNames } from './retired-names.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  controllers: [UsersController, AccountsController],
  providers: [
    AdminNames,
    NameFolding,
    UsersService,
    UsersRepository,
    RetiredNames,
    ExternalUsersRepository,
    AvatarsService,
    AvatarsRepository,
  ],
  exports: [UsersService, UsersRepository, RetiredNames, ExternalUsersRepository],
})
export class UsersModule {}
