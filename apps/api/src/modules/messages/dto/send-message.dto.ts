import { FOREIGN_TYPES, type ForeignType, type Metadata, type SendMessageBody, type SentType } from '@parley/protocol';
import { IsIn, IsObject, IsOptional, IsString, IsUUID } from 'class-validator';

const FOREIGN = Object.keys(FOREIGN_TYPES) as ForeignType[];
const TYPES: readonly (SentType | ForeignType)[] = ['text', 'image', 'file', 'data', ...FOREIGN];

/** Body of `POST conversations/:id/messages`. Sizes are checked by the service, which has their error codes. */
export class SendMessageDto implements SendMessageBody {
  @IsString()
  content!: string;

  @IsOptional()
  @IsUUID('loose')
  clientMessageId?: string;

  @IsOptional()
  @IsIn(TYPES)
  type?: SentType | ForeignType;

  @IsOptional()
  @IsUUID('loose')
  replyToId?: string;

  @IsOptional()
  @IsObject()
  metadata?: Metadata;
}
