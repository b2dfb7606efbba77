export { AuthModule } from './auth.module.js';
export { BotsService } from './bots.service.js';
export { DisablingService } from './disabling.service.js';
export { MOST_LINK_HOURS } from './dto/links.dto.js';
export { LinksService } from './links.service.js';
export { SessionEvents, type SessionsEnded } from './session-events.js';
export { SESSIONS_ENDED } from './sessions-ended.topic.js';
export { TicketsService } from './tickets.service.js';
export { TokenService } from './token.service.js';
