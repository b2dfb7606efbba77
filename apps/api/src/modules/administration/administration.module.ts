import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { AuthModule } from '../auth/index.js';
import { UsersModule } from '../users/index.js';
import { AdminCommands } from './admin-commands.js';
import { AdminSocket } from './admin-socket.js';
import { DatabaseCopies } from './database-copies.js';
import { DatabaseCopyRepository } from './database-copy.repository.js';
import { DatabaseFactsService } from './database-facts.service.js';

/** What `npm run admin` can do. */
@Module({
  imports: [UsersModule, AuditModule, AuthModule],
  providers: [AdminCommands],
  exports: [AdminCommands],
})
export class AdministrationModule {}

/** The same, for those who ask a running node. */
@Module({
  imports: [AdministrationModule],
  providers: [AdminSocket, DatabaseCopies, DatabaseCopyRepository, DatabaseFactsService],
})
export class AdminSocketModule {}
