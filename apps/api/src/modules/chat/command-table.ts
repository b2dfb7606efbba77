import { type CommandTable, row } from '../../realtime/commands/command-row.js';
import { EditCommandDto, MessageCommandDto, OpenCommandDto, SendCommandDto } from '../messages/index.js';
import { ReactionCommandDto } from '../reactions/index.js';
import { MarkCommandDto } from '../receipts/index.js';
import { SyncDto } from '../sync/index.js';
import { ChatGateway } from './chat.gateway.js';
import { ConversationCommandDto, RefreshCommandDto } from './dto/commands.dto.js';
import { MessageChangesGateway } from './message-changes.gateway.js';
import { SyncGateway } from './sync.gateway.js';

/** Name → DTO, handler and cost of every command. */
export const COMMANDS: CommandTable = {
  'message:send': row(SendCommandDto, ChatGateway, 'send', 1),
  'message:edit': row(EditCommandDto, MessageChangesGateway, 'edit', 1),
  'message:delete': row(MessageCommandDto, MessageChangesGateway, 'delete', 1),
  'reaction:add': row(ReactionCommandDto, MessageChangesGateway, 'addReaction', 1),
  'reaction:remove': row(ReactionCommandDto, MessageChangesGateway, 'removeReaction', 1),
  'message:read': row(MarkCommandDto, ChatGateway, 'read', 1),
  'message:delivered': row(MarkCommandDto, ChatGateway, 'delivered', 1),
  'conversation:join': row(ConversationCommandDto, ChatGateway, 'join', 1),
  'conversation:leave': row(ConversationCommandDto, ChatGateway, 'leave', 1),
  'conversation:open': row(OpenCommandDto, ChatGateway, 'open', 2),
  sync: row(SyncDto, SyncGateway, 'sync', 5),
  'auth:refresh': row(RefreshCommandDto, ChatGateway, 'refresh', 1),
};
