export { ReactionCommandDto } from './dto/reaction.dto.js';
export { ReactionsModule } from './reactions.module.js';
export { ReactionsService } from './reactions.service.js';
