import type { ConversationCommand } from '@parley/protocol';
import { IsUUID } from 'class-validator';

/** Payload of commands that name a conversation and nothing else. */
export class ConversationCommandDto implements ConversationCommand {
  @IsUUID('loose')
  conversationId!: string;
}
