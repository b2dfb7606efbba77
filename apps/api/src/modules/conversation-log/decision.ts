import { fixedBy, type MemberRole, refusalOf, type Verb } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import type { ChangeRow, ConversationRow } from '../../database/rows.js';
import { conflict, ParleyError } from '../../kernel/errors.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';

/** A conversation whose row a transaction has locked, so that nothing else in it changes before the commit. */
export interface LockedConversation {
  tx: Db;
  conversation: ConversationRow;
  /** The next one: the change takes it. */
  version: number;
}

/** What a change writes beside the rows that `decide` has written itself, and the events that follow. */
export interface Decision<T> {
  result: T;
  change: ChangeRow;
  /** Further changes, each with a version of its own after that one. */
  more?: readonly ChangeRow[];
  /** Of the conversation's own row, beside its version. */
  values?: Partial<ConversationRow>;
  /** The first one has the change's version; the conversation takes that of the last. */
  events: readonly [StreamEvent, ...StreamEvent[]];
}

/** Where the result is there already: nothing is written or announced. */
export interface Unchanged<T> {
  result: T;
  unchanged: true;
}

/** @throws `conflict` or `forbidden`, as the table of permissions says of a member with this role. */
export function requirePermission(
  verb: Verb,
  role: MemberRole,
  conversation: Pick<ConversationRow, 'type' | 'isArchived'>,
): void {
  const refusal = refusalOf(verb, { ...conversation, myRole: role });
  if (refusal === null) return;
  if (refusal === 'forbidden') throw new ParleyError('forbidden');
  const fixed = fixedBy(verb, conversation.type);
  if (fixed) throw conflict(fixed, 'a direct conversation has its own once and for all');
  requireOpen(conversation);
}

/** @throws `conflict` where the conversation is archived. Called for members only: others must not learn that. */
export function requireOpen(conversation: Pick<ConversationRow, 'isArchived'>): void {
  if (conversation.isArchived) throw conflict('conversation', 'archived');
}

/** What a member is answered who was silenced for a time. */
export function silenced(retryAfterMs: number | undefined): ParleyError {
  return new ParleyError('forbidden', { message: 'You may not write here for a time.', retryAfterMs });
}
