import type { MarkBody, MarkCommand } from '@parley/protocol';
import { IsInt, IsUUID, Max, Min } from 'class-validator';
import { MayBeMissing } from '../../../platform/validation.js';

/** Exactly one of `seq` and `messageId`; the service sees to that. */
export class MarkDto implements MarkBody {
  @MayBeMissing()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  seq?: number;

  @MayBeMissing()
  @IsUUID('loose')
  messageId?: string;
}

/** Payload of `message:read` and `message:delivered`. */
export class MarkCommandDto extends MarkDto implements MarkCommand {
  @IsUUID('loose')
  conversationId!: string;
}
