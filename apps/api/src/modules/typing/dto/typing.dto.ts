import type { ConversationCommand } from '@parley/protocol';
import { IsUUID } from 'class-validator';

/** Payload of `typing:start` and `typing:stop`. */
export class TypingCommandDto implements ConversationCommand {
  @IsUUID('loose')
  conversationId!: string;
}
