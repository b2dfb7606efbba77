export { AuthModule } from './auth.module.js';
export { type SessionEnded, SessionEvents } from './session-events.js';
export { TokenService } from './token.service.js';
