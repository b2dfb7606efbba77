import type { Metadata, SendCommand, SendMessageBody } from '@parley/protocol';
import { IsIn, IsObject, IsOptional, IsString, IsUUID } from 'class-validator';

const CLIENT_TYPES = ['text', 'image', 'file', 'data'] as const;

/** Body of `POST conversations/:id/messages`. Sizes are checked by the service, which has their error codes. */
export class SendMessageDto implements SendMessageBody {
  @IsString()
  content!: string;

  @IsOptional()
  @IsUUID('loose')
  clientMessageId?: string;

  @IsOptional()
  @IsIn(CLIENT_TYPES)
  type?: (typeof CLIENT_TYPES)[number];

  @IsOptional()
  @IsUUID('loose')
  replyToId?: string;

  @IsOptional()
  @IsObject()
  metadata?: Metadata;
}

/** Payload of `message:send`. */
export class SendCommandDto extends SendMessageDto implements SendCommand {
  @IsUUID('loose')
  conversationId!: string;
}
