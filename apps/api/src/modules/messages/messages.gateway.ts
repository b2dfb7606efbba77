import { UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { LIMITS, type MessageChangeResult, type MessagePage, type SendResult } from '@parley/protocol';
import { Refuses } from '../../platform/documented.js';
import { RethrowFilter } from '../../realtime/commands/rethrow.filter.js';
import { Charged, type Sender } from '../../realtime/commands/send-charge.js';
import { LineMeter } from '../../realtime/connections/line-meter.js';
import { OpenConversations } from '../../realtime/connections/open-conversations.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { EditCommandDto, MessageCommandDto } from './dto/change-message.dto.js';
import { OpenCommandDto } from './dto/page-query.dto.js';
import { SendToDto } from './dto/send-to.dto.js';
import type { Changed } from './message-changes.js';
import { MessageDeletion } from './message-deletion.js';
import { MessageEdits } from './message-edits.js';
import { MessagesService, type Sent } from './messages.service.js';
import { parsePageRequest } from './page-request.js';
import { SendTargets } from './send-targets.js';

/** The commands about messages. */
@WebSocketGateway()
@UseFilters(RethrowFilter)
export class MessagesGateway {
  constructor(
    private readonly messages: MessagesService,
    private readonly targets: SendTargets,
    private readonly edits: MessageEdits,
    private readonly deletion: MessageDeletion,
    private readonly openConversations: OpenConversations,
  ) {}

  @SubscribeMessage('message:send')
  @Refuses('forbidden', 'conflict', 'idempotency_conflict', 'content_too_long', 'too_large')
  async send(@Charged() sender: Sender, @MessageBody() command: SendToDto): Promise<SendResult> {
    const { receiverId, conversationId, ...message } = command;
    // Most name a conversation, which need not be looked for.
    const isNamed = receiverId === undefined && conversationId !== undefined;
    const target = isNamed ? conversationId : await this.targets.of(sender, command);
    return sendResult(await this.messages.send(sender, target, message));
  }

  @SubscribeMessage('conversation:open')
  open(@ConnectedSocket() socket: ParleySocket, @MessageBody() command: OpenCommandDto): Promise<MessagePage> {
    const request = parsePageRequest(command, LIMITS.pageDefault);
    this.openConversations.open(socket, command.conversationId.toLowerCase());
    const bytes = LineMeter.of(socket.conn).answerBytes('page');
    return this.messages.page(socket.data.principal, command.conversationId, { ...request, bytes });
  }

  @SubscribeMessage('message:edit')
  @Refuses('forbidden', 'conflict', 'content_too_long', 'too_large')
  async edit(
    @ConnectedSocket() socket: ParleySocket,
    @MessageBody() { messageId, ...body }: EditCommandDto,
  ): Promise<MessageChangeResult> {
    return changeResult(await this.edits.edit(socket.data.principal, messageId, body));
  }

  @SubscribeMessage('message:delete')
  @Refuses('forbidden', 'conflict')
  async delete(
    @ConnectedSocket() socket: ParleySocket,
    @MessageBody() { messageId }: MessageCommandDto,
  ): Promise<MessageChangeResult> {
    return changeResult(await this.deletion.delete(socket.data.principal, messageId));
  }
}

const changeResult = ({ version, message }: Changed): MessageChangeResult => ({ version, message });

function sendResult(sent: Sent): SendResult {
  if ('receipt' in sent) {
    const { id, clientMessageId, seq } = sent.receipt;
    return { messageId: id, clientMessageId, seq, duplicate: true };
  }
  const { duplicate, message, version } = sent;
  const { id, clientMessageId, seq, createdAt } = message;
  return { messageId: id, clientMessageId, seq, version, createdAt, duplicate, message };
}
