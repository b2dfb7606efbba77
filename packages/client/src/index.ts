export { ParleyClient } from './client.js';
export { newClientId } from './client-ids.js';
export type { ClientOptions } from './client-options.js';
export { backOff } from './connection/back-off.js';
export type { ConnectionSnapshot } from './connection/connection-snapshot.js';
export { listenToPage } from './connection/page-signals.js';
export type { ConnectionState } from './connection/states.js';
export type { TokenReason } from './connection/tokens.js';
export type { ClientSocket, SocketOpener, SocketOptions } from './connection/wire.js';
export type { FileUrlOptions, UploadOptions } from './files/file-options.js';
export type { Upload, UploadSnapshot, UploadState } from './files/upload.js';
export { type RequestWithoutToken, requestWithoutToken } from './http/http.js';
export type { OwnChange, PendingEdit } from './model/own-changes.js';
export type {
  ConversationsSnapshot,
  ConversationView,
  CursorMove,
  MessageItem,
  MessageList,
  MessagesSnapshot,
  PageLoading,
  PendingItem,
  StoredItem,
  UnreadSnapshot,
} from './model/snapshots.js';
export type { NewAttachment } from './outbox/attachments.js';
export { indexedDbStorage } from './outbox/indexed-db-storage.js';
export { memoryStorage } from './outbox/memory-storage.js';
export type { AttachmentContents, OutboxAttachment, OutboxEntry, OutboxStorage } from './outbox/outbox-entry.js';
export type { Outgoing } from './outbox/outgoing.js';
export type { SendingSnapshot } from './outbox/sending-snapshot.js';
export { type Failure, SdkError, type SdkErrorCode } from './sdk-error.js';
export type { SearchList, SearchSnapshot } from './search/message-search.js';
export type { Subscribable } from './subscribable.js';
export type { TypingSnapshot, TypingView } from './typing/typing.js';
