import { Module } from '@nestjs/common';
import { AdminNames } from './admin-names.js';
import { ExternalUsersRepository } from './external-users.repository.js';
import { NameFolding } from './name-folding.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  controllers: [UsersController],
  providers: [AdminNames, NameFolding, UsersService, UsersRepository, ExternalUsersRepository],
  exports: [UsersService, UsersRepository, ExternalUsersRepository],
})
export class UsersModule {}
