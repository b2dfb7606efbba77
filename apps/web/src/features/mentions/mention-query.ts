import { mentionedUsernames } from '@parley/markdown';
import type { UserView } from '@parley/protocol';
import { fold } from '../../ui/fold.js';

/** The part of a mention before the caret. */
export interface MentionQuery {
  /** The UTF-16 offset of its `@`. */
  start: number;
  /** The text between the `@` and the caret. */
  query: string;
}

const SHOWN = 8;
/** Names may be in any script; a space ends them. */
const WRITING = /@([\p{L}\p{M}\p{N}._-]{0,32})$/u;
/** The rest of the name after the caret, without characters that may be punctuation. */
const NAME_GOES_ON = /^[A-Za-z0-9._-]*[A-Za-z0-9]/;
/** A placeholder for the name after the `@`, which no text contains. */
const PROBE = 'zz--------------------------zz';

/** The mention that is being written at the caret; null in code, in addresses and anywhere else. */
export function mentionQueryAt(text: string, caret: number): MentionQuery | null {
  const before = text.slice(0, caret);
  const found = WRITING.exec(before);
  if (!found) return null;
  const start = found.index;
  // The parser decides whether an `@` at this place can be a mention.
  const rest = text.slice(caret).replace(NAME_GOES_ON, '');
  const probed = mentionedUsernames(`${before.slice(0, start)}@${PROBE} ${rest}`);
  return probed.includes(PROBE) ? { start, query: found[1] ?? '' } : null;
}

/** Matches, best first: by the start of the username, then of a name, then by any part of either. */
export function matchPeople(people: readonly UserView[], query: string): UserView[] {
  const wanted = fold(query);
  const ranked = people.flatMap((person) => {
    const rank = rankOf(person, wanted);
    return rank === null ? [] : [{ person, rank }];
  });
  ranked.sort((a, b) => a.rank - b.rank || a.person.displayName.localeCompare(b.person.displayName));
  return ranked.slice(0, SHOWN).map(({ person }) => person);
}

/** The text with the mention inserted, and the caret's offset after it. */
export function withMention(text: string, { start, query }: MentionQuery, username: string): [string, number] {
  const typed = start + 1 + query.length;
  const rest = text.slice(typed).replace(NAME_GOES_ON, '');
  const head = `${text.slice(0, start)}@${username}`;
  if (/^[,.;:!?)]/.test(rest)) return [head + rest, head.length];
  return [`${head} ${rest.replace(/^ /, '')}`, head.length + 1];
}

function rankOf({ username, displayName }: UserView, wanted: string): number | null {
  const [user, name] = [fold(username), fold(displayName)];
  if (user.startsWith(wanted)) return 0;
  if (name.split(/\s+/).some((word) => word.startsWith(wanted))) return 1;
  return user.includes(wanted) || name.includes(wanted) ? 2 : null;
}
