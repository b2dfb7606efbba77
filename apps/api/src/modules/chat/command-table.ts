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

/** Name → DTO, handler, cost and what it needs, of every command. */
export const COMMANDS: CommandTable = {
  'message:send': row(SendCommandDto, MessagesGateway, 'send', 1, 'send'),
  'message:edit': row(EditCommandDto, MessagesGateway, 'edit', 1, 'edit_own', 'edit_others'),
  'message:delete': row(MessageCommandDto, MessagesGateway, 'delete', 1, 'delete_own', 'delete_others'),
  'reaction:add': row(ReactionCommandDto, ReactionsGateway, 'add', 1, 'react'),
  'reaction:remove': row(ReactionCommandDto, ReactionsGateway, 'remove', 1, 'react'),
  'message:read': row(MarkCommandDto, ReceiptsGateway, 'read', 1, 'mark'),
  'message:delivered': row(MarkCommandDto, ReceiptsGateway, 'delivered', 1, 'mark'),
  'conversation:join': row(ConversationCommandDto, ChatGateway, 'join', 1, 'read'),
  'conversation:leave': row(ConversationCommandDto, ChatGateway, 'leave', 1, 'read'),
  'conversation:open': row(OpenCommandDto, MessagesGateway, 'open', 2, 'read'),
  'typing:start': row(ConversationCommandDto, TypingGateway, 'start', 0.2, 'type'),
  'typing:stop': row(ConversationCommandDto, TypingGateway, 'stop', 0.2, 'stop_typing'),
  'presence:subscribe': row(PresenceSubscribeDto, PresenceGateway, 'subscribe', 2, 'account'),
  'presence:idle': row(PresenceIdleDto, PresenceGateway, 'idle', 1, 'self'),
  sync: row(SyncDto, SyncGateway, 'sync', 5, 'self'),
  'auth:refresh': row(RefreshCommandDto, ChatGateway, 'refresh', 1, 'self'),
};
