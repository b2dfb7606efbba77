import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { Keys } from '../../platform/keys.js';
import { RateLimitGuard } from '../../platform/limits/rate-limit.guard.js';
import { AuditModule } from '../audit/index.js';
import { UsersModule } from '../users/index.js';
import { AccountsRepository } from './accounts.repository.js';
import { AuthController } from './auth.controller.js';
import { AuthGuard } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { BotTokens } from './bot-tokens.js';
import { BotsController } from './bots.controller.js';
import { BotsRepository } from './bots.repository.js';
import { BotsService } from './bots.service.js';
import { DisablingController } from './disabling.controller.js';
import { DisablingService } from './disabling.service.js';
import { ForumSessions } from './forum-sessions.js';
import { HostAccounts } from './host-accounts.js';
import { HostTokens } from './host-tokens.js';
import { LinksController } from './links.controller.js';
import { LinksRepository } from './links.repository.js';
import { LinksService } from './links.service.js';
import { OwnTokens } from './own-tokens.js';
import { PasswordConfirmation } from './password-confirmation.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordProof } from './password-proof.js';
import { RefreshCookie } from './refresh-cookie.js';
import { RefreshTokens } from './refresh-tokens.js';
import { ServerAdminGuard } from './server-admin.guard.js';
import { SessionEvents } from './session-events.js';
import { SessionStatusCache } from './session-status.cache.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';
import { SignInService } from './sign-in.service.js';
import { SignInLimits } from './sign-in-limits.js';
import { SignedLinks } from './signed-links.js';
import { TicketsController } from './tickets.controller.js';
import { TicketsRepository } from './tickets.repository.js';
import { TicketsService } from './tickets.service.js';
import { TokenService } from './token.service.js';

const signing = JwtModule.registerAsync({
  inject: [Keys],
  useFactory: (keys: Keys) => ({ secret: keys.signing }),
});

@Module({
  imports: [UsersModule, AuditModule, signing],
  controllers: [
    AuthController,
    SessionsController,
    TicketsController,
    DisablingController,
    LinksController,
    BotsController,
  ],
  providers: [
    // In this order: who is asking, whether they may ask now, and whether they may ask this.
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_GUARD, useClass: ServerAdminGuard },
    ...[AccountsRepository, SessionsRepository, TicketsRepository, LinksRepository, BotsRepository],
    ...[AuthService, SignInService, SessionsService, DisablingService, TicketsService, LinksService, BotsService],
    ...[TokenService, SignedLinks, BotTokens, OwnTokens, HostTokens, HostAccounts, RefreshTokens, RefreshCookie],
    ...[
      PasswordHasher,
      PasswordProof,
      PasswordConfirmation,
      SignInLimits,
      SessionEvents,
      SessionStatusCache,
      ForumSessions,
    ],
  ],
  exports: [
    ...[TokenService, SignedLinks, TicketsService, ForumSessions, SessionEvents],
    ...[LinksService, BotsService, DisablingService],
    // For who leaves for good.
    ...[PasswordConfirmation, SessionsRepository, LinksRepository, RefreshCookie],
  ],
})
export class AuthModule {}
