import type { Page, UserDetail, UserView } from '@parley/protocol';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { request } from '../../api/http.js';

/** Everybody seen so far, by id. */
type People = Record<string, UserView>;

export const peopleStore = createStore<{ byId: People }>(() => ({ byId: {} }));

const BATCH_MS = 50;
const BATCH_MAX = 100;
const wanted = new Set<string>();
const asked = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

export function learnPeople(users: readonly UserView[]): void {
  const { byId } = peopleStore.getState();
  const news = users.filter((user) => differs(byId[user.id], user));
  if (news.length === 0) return;
  peopleStore.setState({ byId: { ...byId, ...Object.fromEntries(news.map((user) => [user.id, view(user)])) } });
}

/** Asks the server for those not known yet, in few requests; each id is asked for once. */
export function wantPeople(ids: readonly string[]): void {
  const { byId } = peopleStore.getState();
  for (const id of ids) if (!byId[id] && !asked.has(id)) wanted.add(id);
  if (wanted.size > 0) timer ??= setTimeout(fetchWanted, BATCH_MS);
}

export function forgetPeople(): void {
  wanted.clear();
  asked.clear();
  peopleStore.setState({ byId: {} });
}

/** People by a part of their name, most fitting first. Throws `ApiError`. */
export async function searchPeople(query: string, signal: AbortSignal): Promise<UserDetail[]> {
  const page = await request<Page<UserDetail>>('GET', 'users', { query: { query }, signal });
  learnPeople(page.items);
  return page.items;
}

export function usePeople(): People {
  return useStore(peopleStore, (state) => state.byId);
}

/** What to call somebody whose profile has not arrived yet. */
export function nameOf(people: People, id: string): string {
  return people[id]?.displayName ?? 'Someone';
}

async function fetchWanted(): Promise<void> {
  timer = undefined;
  const ids = [...wanted].slice(0, BATCH_MAX);
  for (const id of ids) {
    wanted.delete(id);
    asked.add(id);
  }
  if (wanted.size > 0) timer = setTimeout(fetchWanted, BATCH_MS);
  try {
    const { items } = await request<Page<UserView>>('GET', 'users', { query: { ids: ids.join(',') } });
    learnPeople(items);
  } catch {
    // Names are shown as "Someone"; whoever asks next tries again.
    for (const id of ids) asked.delete(id);
  }
}

function differs(held: UserView | undefined, user: UserView): boolean {
  return held?.displayName !== user.displayName || held.avatarUrl !== user.avatarUrl || held.username !== user.username;
}

function view({ id, username, displayName, avatarUrl, isBot }: UserView): UserView {
  return { id, username, displayName, avatarUrl, isBot };
}
