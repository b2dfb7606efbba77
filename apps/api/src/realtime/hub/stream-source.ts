import type { ConversationListItem } from '@parley/protocol';
import type { Heads, Memberships, ReceiptEvent, StreamEvent, VersionRange } from './stream-events.js';

/**
 * What the streams read from the database, whose rooms implement it. Every method is one query, whatever the number of
 * ids.
 */
export abstract class StreamSource {
  abstract heads(conversationIds: readonly string[]): Promise<Map<string, Heads>>;
  /** The events of each of these conversations in its range, in order and without gaps. */
  abstract eventsWithin(ranges: readonly VersionRange[]): Promise<Map<string, StreamEvent[]>>;
  /** For each conversation its moved watermarks beyond the given receipts number, in order, at most MARKS_AT_ONCE. */
  abstract marksAfter(receipts: ReadonlyMap<string, number>): Promise<Map<string, ReceiptEvent[]>>;
  /** The conversation as each of these members sees it in their list. */
  abstract listItems(conversationId: string, userIds: readonly string[]): Promise<Map<string, ConversationListItem>>;
  abstract memberships(userIds: readonly string[]): Promise<Map<string, Memberships>>;
  abstract membershipVersions(userIds: readonly string[]): Promise<Map<string, number>>;
  abstract epoch(): Promise<string>;
  /** Which deployment this database makes: another one than a copy of it, even on the same server. */
  abstract deployment(): Promise<string>;
}
