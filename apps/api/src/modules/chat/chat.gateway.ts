import { UseFilters } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import {
  type JoinResult,
  LIMITS,
  type MarkResult,
  type MessagePage,
  type RefreshResult,
  type SendResult,
} from '@parley/protocol';
import { RethrowFilter } from '../../realtime/commands/rethrow.filter.js';
import { LineMeter } from '../../realtime/connections/line-meter.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { MessagesService, OpenCommandDto, parsePageRequest, SendCommandDto, type Sent } from '../messages/index.js';
import { MarkCommandDto, ReceiptsService } from '../receipts/index.js';
import { ConversationCommandDto, RefreshCommandDto } from './dto/commands.dto.js';
import { SocketSessions } from './socket-sessions.js';

/** The commands of the Socket.IO transport: each is one validated payload, one call and one acknowledgement. */
@WebSocketGateway()
@UseFilters(RethrowFilter)
export class ChatGateway implements OnGatewayConnection<ParleySocket> {
  constructor(
    private readonly sessions: SocketSessions,
    private readonly messages: MessagesService,
    private readonly receipts: ReceiptsService,
  ) {}

  /** Nest neither awaits this nor catches what it throws. */
  handleConnection(socket: ParleySocket): void {
    this.sessions.begin(socket);
  }

  @SubscribeMessage('message:send')
  async send(@ConnectedSocket() socket: ParleySocket, @MessageBody() command: SendCommandDto): Promise<SendResult> {
    const { conversationId, ...body } = command;
    return sendResult(await this.messages.send(socket.data.principal, conversationId, body));
  }

  @SubscribeMessage('message:read')
  read(@ConnectedSocket() socket: ParleySocket, @MessageBody() mark: MarkCommandDto): Promise<MarkResult> {
    return this.receipts.read(socket.data.principal, mark.conversationId, mark);
  }

  @SubscribeMessage('message:delivered')
  delivered(@ConnectedSocket() socket: ParleySocket, @MessageBody() mark: MarkCommandDto): Promise<MarkResult> {
    return this.receipts.delivered(socket.data.principal, mark.conversationId, mark);
  }

  @SubscribeMessage('conversation:open')
  open(@ConnectedSocket() socket: ParleySocket, @MessageBody() command: OpenCommandDto): Promise<MessagePage> {
    const request = parsePageRequest(command, LIMITS.pageDefault);
    const bytes = LineMeter.of(socket.conn).answerBytes('page');
    return this.messages.page(socket.data.principal, command.conversationId, { ...request, bytes });
  }

  @SubscribeMessage('conversation:join')
  join(@ConnectedSocket() socket: ParleySocket, @MessageBody() command: ConversationCommandDto): Promise<JoinResult> {
    return this.sessions.join(socket, command.conversationId.toLowerCase());
  }

  @SubscribeMessage('conversation:leave')
  leave(@ConnectedSocket() socket: ParleySocket, @MessageBody() command: ConversationCommandDto): Promise<JoinResult> {
    return this.sessions.silence(socket, command.conversationId.toLowerCase());
  }

  @SubscribeMessage('auth:refresh')
  refresh(@ConnectedSocket() socket: ParleySocket, @MessageBody() command: RefreshCommandDto): Promise<RefreshResult> {
    return this.sessions.refresh(socket, command.token);
  }
}

function sendResult(sent: Sent): SendResult {
  if ('receipt' in sent) {
    const { id, clientMessageId, seq } = sent.receipt;
    return { messageId: id, clientMessageId, seq, duplicate: true };
  }
  const { duplicate, message, version } = sent;
  const { id, clientMessageId, seq, createdAt } = message;
  return { messageId: id, clientMessageId, seq, version, createdAt, duplicate, message };
}
