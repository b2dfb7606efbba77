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
  const listed = item.settings;
  const settings = newer(told, listed) ?? { ...USUAL, conversationId: item.id };
  const isOver = settings.mutedUntil !== null && Date.parse(settings.mutedUntil) <= now;
  return isOver ? { ...settings, notifications: 'all', mutedUntil: null } : settings;
}

/** What of a conversation counts into the tab's title. */
export function countOf(item: Counted, { notifications }: Pick<ConversationSettings, 'notifications'>): number {
  if (notifications === 'none') return 0;
  return notifications === 'mentions' ? item.mentionCount : item.unreadCount;
}

/** Whether it counts as unread: I have marked it so, or something in it counts. */
export function isUnread(item: Counted, settings: Pick<ConversationSettings, 'notifications' | 'unreadSeq'>): boolean {
  return settings.unreadSeq !== null || countOf(item, settings) > 0;
}

/** Whether it is out of the list until the next message. */
export function isHidden(
  { lastSeq }: Pick<ConversationListItem, 'lastSeq'>,
  { hiddenSeq }: Pick<ConversationSettings, 'hiddenSeq'>,
): boolean {
  return hiddenSeq !== null && lastSeq <= hiddenSeq;
}

/** The greater version of each holds. Where nothing is new, it is the same map: what depends on it is not drawn again. */
export function merged(known: SettingsById, told: readonly ConversationSettings[]): SettingsById {
  const news = told.filter(({ conversationId, version }) => (known.get(conversationId)?.version ?? 0) < version);
  if (news.length === 0) return known;
  return new Map([...known, ...news.map((settings) => [settings.conversationId, settings] as const)]);
}

function newer(
  told: ConversationSettings | undefined,
  listed: ConversationSettings | undefined,
): ConversationSettings | undefined {
  return told && told.version >= (listed?.version ?? 0) ? told : listed;
}
