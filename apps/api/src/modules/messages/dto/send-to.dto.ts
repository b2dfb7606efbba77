import type { SendToBody } from '@parley/protocol';
import { IsOptional, IsUUID } from 'class-validator';
import { SendMessageDto } from './send-message.dto.js';

/** Body of `POST messages/send`: exactly one of `receiverId` and `conversationId`. */
export class SendToDto extends SendMessageDto implements SendToBody {
  @IsOptional()
  @IsUUID('loose')
  receiverId?: string;

  @IsOptional()
  @IsUUID('loose')
  conversationId?: string;
}
