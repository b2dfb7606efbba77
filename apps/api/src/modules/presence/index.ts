export { PresenceIdleDto, PresenceSubscribeDto } from './dto/presence-commands.dto.js';
export { NodeRegister } from './node-register.js';
export { PresenceGateway } from './presence.gateway.js';
export { PresenceModule } from './presence.module.js';
export { PresenceService } from './presence.service.js';
