import type {
  ConversationDetail,
  EventName,
  Events,
  MarkResult,
  Message,
  MessagePage,
  ReactionResult,
  SyncAnswer,
  SyncBody,
  UserView,
} from '@parley/protocol';
import type { OutboxEntry } from '../outbox/outbox-entry.js';
import type { SdkError } from '../sdk-error.js';
import type { Subscribable } from '../subscribable.js';
import type { PageTicket, PageWish } from './message-pages.js';
import type {
  ConversationsSnapshot,
  ConversationView,
  CursorMove,
  MessagesSnapshot,
  UnreadSnapshot,
} from './snapshots.js';

export interface ModelOptions {
  onAdvance?: (move: CursorMove) => void;
}

/** A request for a conversation's members that is under way. */
export interface MembersTicket {
  readonly conversationId: string;
}

/** Everything that this client knows of conversations, messages and people, and nothing of how it came here. */
export declare class Model {
  constructor(options?: ModelOptions);

  readonly conversations: Subscribable<ConversationsSnapshot>;
  readonly people: Subscribable<ReadonlyMap<string, UserView>>;
  readonly unread: Subscribable<UnreadSnapshot>;
  /** Null while it is not held. A new, small object each time: keep it as long as it is subscribed to. */
  conversation(id: string): Subscribable<ConversationView | null>;
  messages(id: string): Subscribable<MessagesSnapshot>;

  /** At each `ready`. Another user: everything is dropped. */
  begin(announced: { userId: string; epoch: string }): void;
  applyEvent<Name extends EventName>(name: Name, payload: Events[Name]): void;

  /** Where all that is held stands, in questions of at most 1,000 conversations: asked after each `ready`. */
  syncQuestions(): SyncBody[];
  /** What is to be asked now because a gap was seen, an answer had more, or counts are in doubt; null: nothing. */
  followUp(): SyncBody | null;
  /** `question` is the very object that `syncQuestions` or `followUp` made. Tells whether anything came of it. */
  applySync(question: SyncBody, answer: SyncAnswer): boolean;
  /** Conversations that need a sync. */
  dirty(): ReadonlySet<string>;
  /** Called, at most once until the next `followUp`, when there is something to be asked. */
  onDirty(listener: () => void): () => void;

  /**
   * What to ask for to show what is wished; null: there is nothing to ask, because it is shown now, is being asked for
   * already, or the conversation is not held. Every ticket is ended or failed.
   */
  beginPage(conversationId: string, wish: PageWish): PageTicket | null;
  endPage(ticket: PageTicket, page: MessagePage): void;
  failPage(ticket: PageTicket, error: SdkError | null): void;

  /** Null: they are held, being asked for, or the conversation is not held. */
  beginMembers(conversationId: string): MembersTicket | null;
  endMembers(ticket: MembersTicket, detail: ConversationDetail): void;
  failMembers(ticket: MembersTicket): void;

  /** From acks: merged by version. Never moves a cursor. */
  applyOwnMessage(message: Message): void;
  applyOwnReactions(messageId: string, result: ReactionResult): void;
  applyMark(conversationId: string, result: MarkResult): void;

  /** The outbox's entries of one conversation, in the order in which they will be sent. Shown until they are stored. */
  setPending(conversationId: string, entries: readonly OutboxEntry[]): void;

  /** People whom somebody else told of. */
  applyPeople(users: readonly UserView[]): void;
  /** A held message, where it stands. */
  findMessage(messageId: string): Message | null;
}
