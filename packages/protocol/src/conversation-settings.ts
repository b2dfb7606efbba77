/** What of its conversations a member wants to hear, and where they are in their own list: nobody else sees it. */

export const NOTIFICATION_LEVELS = ['all', 'mentions', 'none'] as const;
export type NotificationLevel = (typeof NOTIFICATION_LEVELS)[number];

export interface ConversationSettings {
  conversationId: string;
  /** Of which messages the member wants to be told. */
  notifications: NotificationLevel;
  /** When `notifications` is `all` again; null: not by itself. */
  mutedUntil: string | null;
  /** When it was pinned to the top of the list; null: it is not. */
  pinnedAt: string | null;
  /** It is hidden from the list while no message is beyond this one; null: it is not. */
  hiddenSeq: number | null;
  /** The member has marked it as unread from this message on; null: they have not. The read watermark stays as it is. */
  unreadSeq: number | null;
  /** 1, 2, 3 … with each change of these settings: a smaller one than held is older. */
  version: number;
}

/** At least one of them. */
export interface ConversationSettingsBody {
  notifications?: NotificationLevel;
  /** With `notifications` alone: how long that holds, a minute to a year; missing: until it is changed. */
  muteSeconds?: number;
  isPinned?: boolean;
  /** Hidden until the next message. */
  isHidden?: boolean;
  /** A message of the conversation; null: no more marked as unread. */
  unreadSeq?: number | null;
}
