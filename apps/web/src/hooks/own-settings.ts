import type { ConversationListItem, ConversationSettings } from '@parley/protocol';

/** By the id of the conversation. */
export type SettingsById = ReadonlyMap<string, ConversationSettings>;

type Item = Pick<ConversationListItem, 'id' | 'settings'>;
type Counted = Item & Pick<ConversationListItem, 'unreadCount' | 'mentionCount'>;

/** Where nothing was ever changed. */
const USUAL: Omit<ConversationSettings, 'conversationId'> = {
  notifications: 'all',
  mutedUntil: null,
  pinnedAt: null,
  hiddenSeq: null,
  unreadSeq: null,
  version: 0,
};

/** The newer of what the list brought and what has been told since; a mute that is over is none. */
export function settingsOf(item: Item, known: SettingsById, now: number): ConversationSettings {
  const told = known.get(item.id);
  const usual = { ...USUAL, conversationId: item.id };
  const listed = item.settings ?? usual;
  const settings = told && told.version >= listed.version ? told : listed;
  const isOver = settings.mutedUntil !== null && Date.parse(settings.mutedUntil) <= now;
  return isOver ? { ...settings, notifications: 'all', mutedUntil: null } : settings;
}

/** What of a conversation counts into the tab's title. */
export function countOf(item: Counted, { notifications }: Pick<ConversationSettings, 'notifications'>): number {
  if (notifications === 'none') return 0;
  return notifications === 'mentions' ? item.mentionCount : item.unreadCount;
}

/** Whether it is out of the list until the next message. */
export function isHidden(
  { lastSeq }: Pick<ConversationListItem, 'lastSeq'>,
  { hiddenSeq }: Pick<ConversationSettings, 'hiddenSeq'>,
): boolean {
  return hiddenSeq !== null && lastSeq <= hiddenSeq;
}

/** The greater version of each holds. */
export function merged(known: SettingsById, told: readonly ConversationSettings[]): SettingsById {
  const next = new Map(known);
  for (const settings of told) {
    if ((next.get(settings.conversationId)?.version ?? 0) < settings.version)
      next.set(settings.conversationId, settings);
  }
  return next;
}
