import type { SendToBody } from '@parley/protocol';
import { IsUUID } from 'class-validator';
import { MayBeMissing } from '../../../platform/validation.js';
import { SendMessageDto } from './send-message.dto.js';

/** Body of `POST messages/send` and payload of `message:send`: exactly one of `receiverId` and `conversationId`. */
export class SendToDto extends SendMessageDto implements SendToBody {
  @MayBeMissing()
  @IsUUID('loose')
  receiverId?: string;

  @MayBeMissing()
  @IsUUID('loose')
  conversationId?: string;
}
