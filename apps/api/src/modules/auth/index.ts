export { AuthModule } from './auth.module.js';
export { SessionEvents, type SessionsEnded } from './session-events.js';
export { TicketsService } from './tickets.service.js';
export { TokenService } from './token.service.js';
