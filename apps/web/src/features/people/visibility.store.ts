import type { ParleyClient } from '@parley/client';
import type { Me } from '@parley/protocol';
import { useChatClient, useConnection, usePresence } from '@parley/react';
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { sentenceFor } from '../../api/sentences.js';
import { markOf, type PresenceMark } from './presence.js';

/** Whether others see that I am here: the same in the account menu, in the settings and in all tabs. */
interface VisibilityState {
  isHidden: boolean;
  /** Why the server refused the last choice. */
  error: string | null;
}

const INITIAL: VisibilityState = { isHidden: false, error: null };

export const visibilityStore = createStore<VisibilityState>(() => INITIAL);
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('parley.visibility');

/** What is chosen and what the server has. One request follows the other, so that it keeps the last choice. */
interface Requests {
  owner: string;
  last: Promise<void>;
  /** How many are not answered. */
  pending: number;
  wanted: boolean;
  confirmed: boolean;
  /** Another tab has changed it while some were pending: which of them the server took last is not known here. */
  isRaced: boolean;
}

let requests = requestsOf('', false);

function requestsOf(owner: string, isHidden: boolean): Requests {
  return { owner, last: Promise.resolve(), pending: 0, wanted: isHidden, confirmed: isHidden, isRaced: false };
}

/** Begins with what the server has, and follows the other tabs. Returns how to stop. */
export function openVisibility({ id, isHidden }: Me): () => void {
  requests = requestsOf(id, isHidden);
  visibilityStore.setState({ isHidden, error: null });
  const onTab = ({ data }: MessageEvent<{ owner?: unknown; isHidden?: unknown }>) => {
    if (data.owner === id && typeof data.isHidden === 'boolean') hear(data.isHidden);
  };
  tabs?.addEventListener('message', onTab);
  return () => {
    tabs?.removeEventListener('message', onTab);
    requests = requestsOf('', false);
    visibilityStore.setState(INITIAL);
  };
}

/** What another tab has changed. While requests of this one are pending, the last of them may still change it. */
function hear(isHidden: boolean): void {
  requests.confirmed = isHidden;
  if (requests.pending > 0) requests.isRaced = true;
  else show(requests);
}

function show(mine: Requests, error: string | null = null): void {
  mine.wanted = mine.confirmed;
  if (mine === requests) visibilityStore.setState({ isHidden: mine.confirmed, error });
}

async function send(client: ParleyClient, mine: Requests, next: boolean): Promise<void> {
  let error: string | null = null;
  try {
    if (mine.wanted === next) confirm(mine, await client.updateMe({ isHidden: next }));
  } catch (thrown) {
    error = sentenceFor(thrown);
  }
  if (mine.isRaced && mine.pending === 1) {
    mine.isRaced = false;
    await client.request<Me>('GET', 'users/me').then(
      (me) => confirm(mine, me),
      () => undefined,
    );
  }
  mine.pending -= 1;
  // Else a later choice is still under way.
  if (mine.pending === 0) show(mine, error);
}

function confirm(mine: Requests, { isHidden }: Me): void {
  mine.confirmed = isHidden;
  tabs?.postMessage({ owner: mine.owner, isHidden });
}

/** Shown at once, and taken back with the reason where the server refuses it. */
export function chooseVisibility(client: ParleyClient, isHidden: boolean): void {
  const mine = requests;
  mine.wanted = isHidden;
  mine.pending += 1;
  visibilityStore.setState({ isHidden, error: null });
  mine.last = mine.last.then(() => send(client, mine, isHidden));
}

/** How one chooses, in the same words everywhere. */
export const VISIBILITY = [
  { value: 'shown', words: 'Shown to others' },
  { value: 'hidden', words: 'Appear offline' },
] as const;

export function useVisibility() {
  const client = useChatClient();
  const { isHidden, error } = useStore(visibilityStore);
  return {
    value: isHidden ? ('hidden' as const) : ('shown' as const),
    choose: (value: string) => chooseVisibility(client, value === 'hidden'),
    error,
  };
}

/** My own presence, as others see it; `words` is null where that is not known. */
export function useOwnPresence(me: string): { mark: PresenceMark; words: string | null } {
  const { isHidden } = useStore(visibilityStore);
  const { state } = useConnection();
  const presence = usePresence(useMemo(() => [me], [me])).get(me);
  if (isHidden) return { mark: null, words: 'Appearing offline' };
  // Without a connection others see one for a while, and then no more.
  if (state !== 'online') return { mark: null, words: null };
  // Whoever is connected is here, also before the server has said so.
  const mark = markOf(presence) ?? 'online';
  return { mark, words: mark === 'away' ? 'Away' : 'Online' };
}
