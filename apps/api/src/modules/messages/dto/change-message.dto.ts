import type { EditCommand, EditMessageBody, MessageCommand, Metadata } from '@parley/protocol';
import { IsInt, IsObject, IsString, IsUUID, Max, Min } from 'class-validator';
import { MayBeMissing } from '../../../platform/validation.js';

/** Body of `PATCH messages/:id`. Sizes are checked by the service, which has their error codes. */
export class EditMessageDto implements EditMessageBody {
  @IsString()
  content!: string;

  @MayBeMissing()
  @IsObject()
  metadata?: Metadata;

  @MayBeMissing()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  ifVersion?: number;
}

/** Payload of `message:edit`. */
export class EditCommandDto extends EditMessageDto implements EditCommand {
  @IsUUID('loose')
  messageId!: string;
}

/** Payload of `message:delete`. */
export class MessageCommandDto implements MessageCommand {
  @IsUUID('loose')
  messageId!: string;
}
