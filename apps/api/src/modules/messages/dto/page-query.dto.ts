import { LIMITS, type OpenCommand } from '@parley/protocol';
import { IsIn, IsInt, IsOptional, IsString, IsUUID, Max, MaxLength, Min } from 'class-validator';
import { MayBeMissing } from '../../../platform/validation.js';

const TYPES = ['text', 'image', 'file', 'system', 'data'] as const;

/** Which page of a conversation's messages; `before`, `after` and `around` take a seq, a message id or an ISO time. */
class PlaceDto {
  @IsOptional()
  @IsString()
  @MaxLength(64)
  before?: string;

  @IsOptional()
  @IsString()
  @MaxLength(64)
  after?: string;

  @IsOptional()
  @IsString()
  @MaxLength(64)
  around?: string;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LIMITS.pageMax)
  limit?: number;
}

export class PageQueryDto extends PlaceDto {
  @IsOptional()
  @IsIn(TYPES)
  type?: (typeof TYPES)[number];
}

/** The same of `GET messages`: exactly one of `conversationId` and `userId`, the other person of a direct conversation. */
export class MessagesQueryDto extends PageQueryDto {
  @MayBeMissing()
  @IsUUID('loose')
  conversationId?: string;

  @MayBeMissing()
  @IsUUID('loose')
  userId?: string;
}

/** Payload of `conversation:open`. */
export class OpenCommandDto extends PlaceDto implements OpenCommand {
  @IsUUID('loose')
  conversationId!: string;
}
