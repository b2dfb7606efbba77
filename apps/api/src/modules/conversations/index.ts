export { peopleOfItem, presentMember } from './conversation.presenter.js';
export { ConversationItems } from './conversation-items.js';
export { ConversationsModule } from './conversations.module.js';
