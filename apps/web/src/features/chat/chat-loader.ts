import type {
  ConversationDetail,
  ConversationListItem,
  ConversationPage,
  Member,
  MessagePage,
  Page,
} from '@parley/protocol';
import { ApiError, request } from '../../api/http.js';
import { learnPeople, wantPeople } from '../people/people.store.js';
import { change, chatStore, conversation, holdEvents, putItems, releaseEvents, releaseHeld } from './chat.store.js';
import type { ConversationState } from './conversation-state.js';
import { mergeMessages, withNewest, withOlder } from './timeline.js';

/** What is fetched over REST and put into the store. Live events complete it. */

const LIST_PAGE = 100;
const PAGE = 50;
const PAGE_MAX = 100;
/** With more unread than this the reader begins at the end. */
const UNREAD_MAX = 500;

let listing: Promise<void> = Promise.resolve();

/** Fetches the list of conversations, page by page; the first page is shown as soon as it is there. */
export function loadList(): Promise<void> {
  // One after the other: a fetch that began before may have missed what this one is asked for.
  listing = listing.then(fetchList);
  return listing;
}

async function fetchList(): Promise<void> {
  holdEvents();
  const before = Object.keys(chatStore.getState().byId);
  const seen = new Set<string>();
  try {
    let cursor: string | undefined;
    do {
      const query = { archived: 'all', limit: LIST_PAGE, cursor };
      const page: ConversationPage = await request('GET', 'conversations', { query });
      takeItems(page.items, page.users);
      for (const item of page.items) seen.add(item.id);
      cursor = page.nextCursor ?? undefined;
      chatStore.setState({ list: 'ready' });
    } while (cursor !== undefined);
  } catch {
    chatStore.setState((state) => ({ ...state, list: seen.size > 0 || before.length > 0 ? 'ready' : 'failed' }));
  }
  const unlisted = before.filter((id) => !seen.has(id));
  const incomplete = releaseEvents();
  await Promise.all([...new Set([...unlisted, ...incomplete])].map((id) => repair(id)));
}

/** Makes a conversation complete enough to be shown: members and the newest messages. */
export async function openConversation(id: string): Promise<'found' | 'not-found' | 'failed'> {
  try {
    const held = conversation(id);
    if (!held?.members || held.gone) await fetchDetail(id);
    await loadNewest(id);
    return conversation(id)?.timeline.status === 'failed' ? 'failed' : 'found';
  } catch (thrown) {
    return thrown instanceof ApiError && thrown.status === 404 ? 'not-found' : 'failed';
  }
}

/** Fetches a conversation anew: the list, or a gap in its events, said that something is missing. */
export async function repair(id: string): Promise<void> {
  change(id, (state) => ({ ...state, held: state.held ?? [] }));
  try {
    await fetchDetail(id);
    if (conversation(id)?.timeline.items.length) {
      change(id, (state) => ({ ...state, timeline: { ...state.timeline, status: 'empty' } }));
      await loadNewest(id);
    }
  } catch (thrown) {
    const lost = thrown instanceof ApiError && thrown.status === 404;
    change(id, (state) => ({ ...state, held: null, gone: lost ? (state.gone ?? 'removed') : state.gone }));
    return;
  }
  if (releaseHeld(id)) await repair(id);
}

async function loadNewest(id: string): Promise<void> {
  const held = conversation(id);
  if (!held || held.timeline.status === 'ready' || held.timeline.status === 'loading') return;
  change(id, (state) => ({ ...state, timeline: { ...state.timeline, status: 'loading' } }));
  const unread = held.item.unreadCount;
  const limit = Math.min(PAGE_MAX, Math.max(PAGE, unread + 20));
  try {
    let page = await fetchPage(id, { limit });
    const newest = page;
    // The first unread message and one above it: that is where the reader begins.
    const readTo = unread > 0 ? held.item.lastReadSeq : Number.POSITIVE_INFINITY;
    while (beginsBeyond(page, readTo) && newest.items.length < UNREAD_MAX) {
      page = await fetchPage(id, { limit: PAGE_MAX, before: page.nextCursor ?? undefined });
      newest.items = mergeMessages(page.items, newest.items);
      newest.nextCursor = page.nextCursor;
    }
    change(id, (state) => ({ ...state, timeline: withNewest(state.timeline, newest) }));
  } catch (thrown) {
    change(id, (state) => ({ ...state, timeline: { ...state.timeline, status: 'failed' } }));
    if (thrown instanceof ApiError && thrown.status === 404) throw thrown;
  }
}

/** One page upwards. A second call while one is under way does nothing. */
export async function loadOlder(id: string): Promise<void> {
  const timeline = conversation(id)?.timeline;
  if (!timeline || timeline.status !== 'ready' || timeline.older === 'loading' || timeline.olderCursor === null) return;
  const before = timeline.olderCursor;
  change(id, (state) => withOlderStatus(state, 'loading'));
  try {
    const page = await fetchPage(id, { before, limit: PAGE });
    change(id, (state) => ({ ...state, timeline: withOlder(state.timeline, page) }));
  } catch {
    change(id, (state) => withOlderStatus(state, 'failed'));
  }
}

async function fetchPage(id: string, query: { limit: number; before?: string }): Promise<MessagePage> {
  const page = await request<MessagePage>('GET', `conversations/${id}/messages`, { query });
  learnPeople(page.users);
  return page;
}

/** Whether a page leaves out the message that was read last, though there is more above it. */
function beginsBeyond(page: MessagePage, lastReadSeq: number): boolean {
  return page.nextCursor !== null && (page.items[0]?.seq ?? 0) > lastReadSeq;
}

/** Members beyond those that the detail brought. */
export async function loadMembers(id: string): Promise<void> {
  let cursor: string | undefined;
  do {
    const page: Page<Member> = await request('GET', `conversations/${id}/members`, { query: { cursor } });
    learnPeople(page.items.map((member) => member.user));
    change(id, (state) => ({ ...state, members: { ...state.members, ...byUser(page.items) } }));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

export function takeDetail(detail: ConversationDetail): void {
  const { members, ...item } = detail;
  takeItems(
    [item],
    members.map((member) => member.user),
  );
  change(item.id, (state) => ({ ...state, members: newerMembers(state, members) }));
}

async function fetchDetail(id: string): Promise<void> {
  takeDetail(await request<ConversationDetail>('GET', `conversations/${id}`));
}

function takeItems(items: ConversationListItem[], users: Parameters<typeof learnPeople>[0]): void {
  learnPeople([...users, ...items.flatMap((item) => item.peer ?? [])]);
  wantPeople(items.flatMap((item) => item.lastMessage?.senderId ?? []));
  putItems(items);
}

/** A mark that came live may be ahead of the fetched one: the higher holds. */
function newerMembers(state: ConversationState, fetched: Member[]): Record<string, Member> {
  const members: Record<string, Member> = {};
  for (const member of fetched) {
    const held = state.members?.[member.user.id];
    members[member.user.id] = {
      ...member,
      lastReadSeq: Math.max(member.lastReadSeq, held?.leftAt === null ? held.lastReadSeq : 0),
      lastDeliveredSeq: Math.max(member.lastDeliveredSeq, held?.leftAt === null ? held.lastDeliveredSeq : 0),
    };
  }
  return members;
}

function byUser(members: Member[]): Record<string, Member> {
  return Object.fromEntries(members.map((member) => [member.user.id, member]));
}

function withOlderStatus(state: ConversationState, older: 'loading' | 'failed'): ConversationState {
  return { ...state, timeline: { ...state.timeline, older } };
}
