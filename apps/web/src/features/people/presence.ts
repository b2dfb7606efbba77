import type { UserDetail } from '@parley/protocol';
import { clockTime, dayLabel, dayOf } from '../../ui/dates.js';

/** What is known of whether somebody is here; without `isOnline` nothing. */
export type Presence = Partial<Pick<UserDetail, 'isOnline' | 'lastSeenAt'>> & { isAway?: boolean };

/** People of one list whose presence is watched, so that the server's limit leaves some for what else is shown. */
export const MOST_WATCHED = 400;

/** How it is drawn; null: not at all. */
export type PresenceMark = 'online' | 'away' | null;

export function markOf(presence: Presence | null | undefined): PresenceMark {
  if (!presence?.isOnline) return null;
  return presence.isAway ? 'away' : 'online';
}

/** In words; null where nothing is known, or where it is hidden. */
export function presenceWords(presence: Presence | null | undefined, now: Date): string | null {
  const mark = markOf(presence);
  if (mark !== null) return mark === 'away' ? 'Away' : 'Online';
  if (!presence?.lastSeenAt) return null;
  const at = new Date(presence.lastSeenAt);
  const days = dayOf(now) - dayOf(at);
  const day = days <= 1 ? dayLabel(at, now).toLowerCase() : dayLabel(at, now);
  return days <= 0 ? `Last seen at ${clockTime(at)}` : `Last seen ${days === 1 ? '' : 'on '}${day} at ${clockTime(at)}`;
}
