import type { ReactionBody, ReactionCommand } from '@parley/protocol';
import { IsString, IsUUID } from 'class-validator';

/** Body of `POST messages/:id/reactions`; that it is one emoji the service sees to. */
export class ReactionDto implements ReactionBody {
  @IsString()
  emoji!: string;
}

/** Payload of `reaction:add` and `reaction:remove`. */
export class ReactionCommandDto extends ReactionDto implements ReactionCommand {
  @IsUUID('loose')
  messageId!: string;
}
