export { TypingGateway } from './typing.gateway.js';
export { TypingModule } from './typing.module.js';
