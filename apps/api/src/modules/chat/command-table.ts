import { type CommandTable, row } from '../../realtime/commands/command-row.js';
import { ConversationCommandDto } from '../../realtime/commands/conversation-command.dto.js';
import {
  EditCommandDto,
  MessageCommandDto,
  MessagesGateway,
  OpenCommandDto,
  SendCommandDto,
} from '../messages/index.js';
import { PresenceGateway, PresenceIdleDto, PresenceSubscribeDto } from '../presence/index.js';
import { ReactionCommandDto, ReactionsGateway } from '../reactions/index.js';
import { MarkCommandDto, ReceiptsGateway } from '../receipts/index.js';
import { SyncDto, SyncGateway } from '../sync/index.js';
import { TypingGateway } from '../typing/index.js';
import { ChatGateway } from './chat.gateway.js';
import { RefreshCommandDto } from './dto/refresh-command.dto.js';

/** Name → DTO, handler and cost of every command. */
export const COMMANDS: CommandTable = {
  'message:send': row(SendCommandDto, MessagesGateway, 'send', 1),
  'message:edit': row(EditCommandDto, MessagesGateway, 'edit', 1),
  'message:delete': row(MessageCommandDto, MessagesGateway, 'delete', 1),
  'reaction:add': row(ReactionCommandDto, ReactionsGateway, 'add', 1),
  'reaction:remove': row(ReactionCommandDto, ReactionsGateway, 'remove', 1),
  'message:read': row(MarkCommandDto, ReceiptsGateway, 'read', 1),
  'message:delivered': row(MarkCommandDto, ReceiptsGateway, 'delivered', 1),
  'conversation:join': row(ConversationCommandDto, ChatGateway, 'join', 1),
  'conversation:leave': row(ConversationCommandDto, ChatGateway, 'leave', 1),
  'conversation:open': row(OpenCommandDto, MessagesGateway, 'open', 2),
  'typing:start': row(ConversationCommandDto, TypingGateway, 'start', 0.2),
  'typing:stop': row(ConversationCommandDto, TypingGateway, 'stop', 0.2),
  'presence:subscribe': row(PresenceSubscribeDto, PresenceGateway, 'subscribe', 2),
  'presence:idle': row(PresenceIdleDto, PresenceGateway, 'idle', 1),
  sync: row(SyncDto, SyncGateway, 'sync', 5),
  'auth:refresh': row(RefreshCommandDto, ChatGateway, 'refresh', 1),
};
