export { ChatProvider, type ChatProviderProps, useChatClient } from './chat-provider.js';
export { useChatEvent } from './use-chat-event.js';
export { useConnection, useFeatures, useLimits, useSending, useUnread } from './use-connection.js';
export { useConversation, useConversations } from './use-conversations.js';
export { type MessageCommands, useMessages } from './use-messages.js';
export { usePeople, useUser } from './use-people.js';
export { useSearch } from './use-search.js';
export { useSelected } from './use-subscribable.js';
export { useTyping } from './use-typing.js';
