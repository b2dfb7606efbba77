export { ReactionCommandDto } from './dto/reaction.dto.js';
export { ReactionsGateway } from './reactions.gateway.js';
export { ReactionsModule } from './reactions.module.js';
