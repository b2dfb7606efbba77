export { archiving } from './archiving.js';
export { conversationUpdatedEvent } from './conversation.events.js';
export { peopleOfItem, presentMember } from './conversation.presenter.js';
export { type Change, ConversationChanges, type OwnContext } from './conversation-changes.js';
export { ConversationItems } from './conversation-items.js';
export { presentSettings } from './conversation-settings.presenter.js';
export { ConversationsModule } from './conversations.module.js';
export { MembersService } from './members.service.js';
