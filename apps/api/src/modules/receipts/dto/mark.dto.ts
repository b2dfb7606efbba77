import type { MarkBody, MarkCommand } from '@parley/protocol';
import { IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';

/** Exactly one of `seq` and `messageId`; the service sees to that. */
export class MarkDto implements MarkBody {
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  seq?: number;

  @IsOptional()
  @IsUUID('loose')
  messageId?: string;
}

/** Payload of `message:read` and `message:delivered`. */
export class MarkCommandDto extends MarkDto implements MarkCommand {
  @IsUUID('loose')
  conversationId!: string;
}
