export { newMessageEvent } from './conversation-log.events.js';
export { ConversationLog } from './conversation-log.js';
export { ConversationLogModule } from './conversation-log.module.js';
export {
  type Decision,
  type LockedConversation,
  requireOpen,
  requirePermission,
  silenced,
  type Unchanged,
} from './decision.js';
export { MessageAttachments } from './message-attachments.js';
export type { BatchRefusal, Original, Outcome, PreparedMessage } from './message-batch.js';
export {
  type EditRow,
  MessageTextRepository,
  messageBytes,
  messageColumns,
  ownBytes,
  type Place,
} from './message-text.repository.js';
export { MessageTokensRepository } from './message-tokens.repository.js';
export { TEXT_ENCRYPTION } from './text-encryption.js';
