import { UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { MessageChangeResult, ReactionResult } from '@parley/protocol';
import { RethrowFilter } from '../../realtime/commands/rethrow.filter.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { type Changed, EditCommandDto, MessageCommandDto, MessageDeletion, MessageEdits } from '../messages/index.js';
import { ReactionCommandDto, ReactionsService } from '../reactions/index.js';

/** The commands about a message that is there: each is one validated payload, one call and one acknowledgement. */
@WebSocketGateway()
@UseFilters(RethrowFilter)
export class MessageChangesGateway {
  constructor(
    private readonly edits: MessageEdits,
    private readonly deletion: MessageDeletion,
    private readonly reactions: ReactionsService,
  ) {}

  @SubscribeMessage('message:edit')
  async edit(
    @ConnectedSocket() socket: ParleySocket,
    @MessageBody() { messageId, ...body }: EditCommandDto,
  ): Promise<MessageChangeResult> {
    return changeResult(await this.edits.edit(socket.data.principal, messageId, body));
  }

  @SubscribeMessage('message:delete')
  async delete(
    @ConnectedSocket() socket: ParleySocket,
    @MessageBody() { messageId }: MessageCommandDto,
  ): Promise<MessageChangeResult> {
    return changeResult(await this.deletion.delete(socket.data.principal, messageId));
  }

  @SubscribeMessage('reaction:add')
  addReaction(
    @ConnectedSocket() socket: ParleySocket,
    @MessageBody() { messageId, emoji }: ReactionCommandDto,
  ): Promise<ReactionResult> {
    return this.reactions.add(socket.data.principal, messageId, emoji);
  }

  @SubscribeMessage('reaction:remove')
  removeReaction(
    @ConnectedSocket() socket: ParleySocket,
    @MessageBody() { messageId, emoji }: ReactionCommandDto,
  ): Promise<ReactionResult> {
    return this.reactions.remove(socket.data.principal, messageId, emoji);
  }
}

const changeResult = ({ version, message }: Changed): MessageChangeResult => ({ version, message });
