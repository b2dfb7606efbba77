import type { ParleyClient } from '@parley/client';
import type { Page, UserDetail, UserView } from '@parley/protocol';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** Everybody known so far, by id: from the SDK, and from searches. */
type People = Record<string, UserView>;

export const peopleStore = createStore<{ byId: People }>(() => ({ byId: {} }));

const BATCH_MS = 50;
const BATCH_MAX = 100;
const wanted = new Set<string>();
const asked = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Collects the people that the server sends to this client, and fetches those of whom it sent only the id. */
export function feedPeople(client: ParleyClient, me: UserView): () => void {
  const learn = () => learnPeople([...client.people.getSnapshot().values()]);
  learnPeople([me]);
  learn();
  const stops = [
    client.people.subscribe(learn),
    client.on('message:new', ({ message, actorId }) => wantPeople(client, [message.senderId, actorId])),
  ];
  return () => {
    for (const stop of stops) stop();
    clearTimeout(timer);
    timer = undefined;
    wanted.clear();
    asked.clear();
    peopleStore.setState({ byId: {} });
  };
}

export function learnPeople(users: readonly UserView[]): void {
  const { byId } = peopleStore.getState();
  const news = users.filter((user) => differs(byId[user.id], user));
  if (news.length === 0) return;
  peopleStore.setState({ byId: { ...byId, ...Object.fromEntries(news.map((user) => [user.id, view(user)])) } });
}

/** People by a part of their name, best matches first. Throws `SdkError`. */
export async function searchPeople(client: ParleyClient, query: string): Promise<UserDetail[]> {
  const page = await client.request<Page<UserDetail>>('GET', `users?${new URLSearchParams({ query })}`);
  learnPeople(page.items);
  return page.items;
}

export function usePeople(): People {
  return useStore(peopleStore, (state) => state.byId);
}

/** The name, or a stand-in while the profile is not fetched. */
export function nameOf(people: People, id: string): string {
  return people[id]?.displayName ?? 'Someone';
}

/** Fetches those not known yet, in batches; each id is requested once. */
function wantPeople(client: ParleyClient, ids: readonly string[]): void {
  const { byId } = peopleStore.getState();
  for (const id of ids) if (!byId[id] && !asked.has(id)) wanted.add(id);
  if (wanted.size > 0) timer ??= setTimeout(fetchWanted, BATCH_MS, client);
}

async function fetchWanted(client: ParleyClient): Promise<void> {
  timer = undefined;
  const ids = [...wanted].slice(0, BATCH_MAX);
  for (const id of ids) {
    wanted.delete(id);
    asked.add(id);
  }
  if (wanted.size > 0) timer = setTimeout(fetchWanted, BATCH_MS, client);
  try {
    learnPeople((await client.request<Page<UserView>>('GET', `users?ids=${ids.join(',')}`)).items);
  } catch {
    // Their names stay "Someone"; the next caller requests them again.
    for (const id of ids) asked.delete(id);
  }
}

function differs(known: UserView | undefined, user: UserView): boolean {
  return (
    known?.displayName !== user.displayName || known.avatarUrl !== user.avatarUrl || known.username !== user.username
  );
}

function view({ id, username, displayName, avatarUrl, isBot }: UserView): UserView {
  return { id, username, displayName, avatarUrl, isBot };
}
