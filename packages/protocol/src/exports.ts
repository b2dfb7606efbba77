import type { ConversationSettings } from './conversation-settings.js';
import type { Me, MemberRole, Message, UserView } from './entities.js';
import type { MessageEdit, SessionItem } from './rest.js';

/** A conversation as it is taken along; of one that was left what is null may have changed since. */
export interface ExportedConversation {
  id: string;
  type: 'direct' | 'group';
  name: string | null;
  createdAt: string;
  /** Null, as the name, of one that its reader has left. */
  isArchived: boolean | null;
}

/** Somebody's time in a conversation. */
export interface ExportedMember {
  role: MemberRole;
  joinedAt: string;
  leftAt: string | null;
  lastReadSeq: number;
}

export interface ExportedReaction {
  conversationId: string;
  messageId: string;
  seq: number;
  userId: string;
  emoji: string;
  createdAt: string;
}

export interface ExportedReport {
  id: string;
  messageId: string;
  conversationId: string;
  reason: string;
  comment: string | null;
  createdAt: string;
}

export interface ExportedFile {
  id: string;
  uploaderId: string;
  name: string;
  mediaType: string | null;
  size: number;
  /** In hexadecimal digits. */
  sha256: string;
}

/** The lines of an export, each by its `type`; docs/exports.md is about them. */
export type ExportLine =
  | { type: 'export'; format: 1; of: 'account' | 'conversation'; id: string; at: string }
  | { type: 'account'; account: Me }
  | { type: 'session'; session: Omit<SessionItem, 'isCurrent'> }
  | { type: 'blocked'; user: UserView }
  | { type: 'report'; report: ExportedReport }
  | {
      type: 'conversation';
      conversation: ExportedConversation;
      membership?: ExportedMember;
      settings?: ConversationSettings;
    }
  | { type: 'member'; user: UserView; membership: ExportedMember }
  | { type: 'message'; message: Message }
  | { type: 'edit'; edit: MessageEdit }
  | { type: 'reaction'; reaction: ExportedReaction }
  | { type: 'file'; file: ExportedFile }
  /** A piece of the file before it, in order; base64. */
  | { type: 'bytes'; fileId: string; at: number; data: string }
  /** The file before it is known, but its content is lost. */
  | { type: 'lost'; fileId: string }
  | { type: 'end'; lines: number };
