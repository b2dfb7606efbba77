import type { ConversationDetail, ConversationListItem, Message, UnreadSummary } from '@parley/protocol';
import type { RestClient } from '@parley/testkit';

/** Everything that one person may see, fetched anew. */
export interface FreshState {
  list: ConversationListItem[];
  /** Of those that were to be fetched whole. */
  details: Map<string, ConversationDetail>;
  /** Whole ones, in order of `seq`. */
  histories: Map<string, Message[]>;
  unread: UnreadSummary;
}

/** `only`: the conversations to be fetched whole; all, where missing. The list always has all. */
export async function fetchFresh(rest: RestClient, only?: ReadonlySet<string>): Promise<FreshState> {
  const [list, unread] = await Promise.all([rest.conversations(), rest.unread()]);
  const ids = list.map(({ id }) => id).filter((id) => only?.has(id) ?? true);
  const details = await Promise.all(ids.map(async (id) => [id, await rest.conversation(id)] as const));
  const histories = await Promise.all(ids.map(async (id) => [id, await rest.messages(id)] as const));
  return { list, details: new Map(details), histories: new Map(histories), unread };
}
