import type { ConversationCommand, RefreshCommand } from '@parley/protocol';
import { IsString, IsUUID, MaxLength } from 'class-validator';

/** Payload of `conversation:join` and `conversation:leave`. */
export class ConversationCommandDto implements ConversationCommand {
  @IsUUID('loose')
  conversationId!: string;
}

/** Payload of `auth:refresh`. */
export class RefreshCommandDto implements RefreshCommand {
  @IsString()
  @MaxLength(8_192)
  token!: string;
}
