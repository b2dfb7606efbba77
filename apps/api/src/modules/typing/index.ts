export { TypingGateway } from './typing.gateway.js';
export { TypingModule } from './typing.module.js';
export { TypingService } from './typing.service.js';
