import { type CommandTable, row } from '../../realtime/commands/command-row.js';
import { ConversationCommandDto } from '../../realtime/commands/conversation-command.dto.js';
import { EditCommandDto, MessageCommandDto, MessagesGateway, OpenCommandDto, SendToDto } from '../messages/index.js';
import { PresenceGateway, PresenceIdleDto, PresenceSubscribeDto } from '../presence/index.js';
import { ReactionCommandDto, ReactionsGateway } from '../reactions/index.js';
import { MarkCommandDto, ReceiptsGateway } from '../receipts/index.js';
import { SyncDto, SyncGateway } from '../sync/index.js';
import { TypingGateway } from '../typing/index.js';
import { ChatGateway } from './chat.gateway.js';
import { RefreshCommandDto } from './dto/refresh-command.dto.js';

/** Name → DTO, handler, budget, cost and what it needs, of every command. */
export const COMMANDS: CommandTable = {
  'message:send': row(SendToDto, MessagesGateway, 'send', 'sends', 1, 'send'),
  'message:edit': row(EditCommandDto, MessagesGateway, 'edit', 'changes', 1, 'edit_own', 'edit_others'),
  'message:delete': row(MessageCommandDto, MessagesGateway, 'delete', 'changes', 1, 'delete_own', 'delete_others'),
  'reaction:add': row(ReactionCommandDto, ReactionsGateway, 'add', 'reactions', 1, 'react'),
  'reaction:remove': row(ReactionCommandDto, ReactionsGateway, 'remove', 'reactions', 1, 'react'),
  'message:read': row(MarkCommandDto, ReceiptsGateway, 'read', 'marks', 1, 'mark'),
  'message:delivered': row(MarkCommandDto, ReceiptsGateway, 'delivered', 'marks', 1, 'mark'),
  'conversation:join': row(ConversationCommandDto, ChatGateway, 'join', 'following', 1, 'read'),
  'conversation:leave': row(ConversationCommandDto, ChatGateway, 'leave', 'following', 1, 'read'),
  'conversation:open': row(OpenCommandDto, MessagesGateway, 'open', 'pages', 2, 'read'),
  'typing:start': row(ConversationCommandDto, TypingGateway, 'start', 'typing', 0.2, 'type'),
  'typing:stop': row(ConversationCommandDto, TypingGateway, 'stop', 'typing', 0.2, 'stop_typing'),
  'presence:subscribe': row(PresenceSubscribeDto, PresenceGateway, 'subscribe', 'presence', 2, 'account'),
  'presence:idle': row(PresenceIdleDto, PresenceGateway, 'idle', 'presence', 1, 'self'),
  sync: row(SyncDto, SyncGateway, 'sync', 'syncs', 5, 'self'),
  'auth:refresh': row(RefreshCommandDto, ChatGateway, 'refresh', 'sessions', 1, 'self'),
};
