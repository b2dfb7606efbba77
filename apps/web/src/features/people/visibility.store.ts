import type { ParleyClient } from '@parley/client';
import type { Me } from '@parley/protocol';
import { useChatClient, usePresence } from '@parley/react';
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

const store = createStore<VisibilityState>(() => ({ isHidden: false, error: null }));
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('parley.visibility');
/** What is chosen and what the server has. One request follows the other, so that it keeps the last choice. */
let requests = { owner: '', last: Promise.resolve(), wanted: false, confirmed: false };

/** Begins with what the server has, and follows the other tabs. Returns how to stop. */
export function openVisibility({ id, isHidden }: Me): () => void {
  requests = { owner: id, last: Promise.resolve(), wanted: isHidden, confirmed: isHidden };
  store.setState({ isHidden, error: null });
  const onTab = ({ data }: MessageEvent<{ owner?: unknown; isHidden?: unknown }>) => {
    if (data.owner === id && typeof data.isHidden === 'boolean') confirm(data.isHidden);
  };
  tabs?.addEventListener('message', onTab);
  return () => tabs?.removeEventListener('message', onTab);
}

function confirm(isHidden: boolean): void {
  Object.assign(requests, { wanted: isHidden, confirmed: isHidden });
  store.setState({ isHidden, error: null });
}

async function send(client: ParleyClient, mine: typeof requests, next: boolean): Promise<void> {
  if (mine.wanted !== next) return;
  try {
    mine.confirmed = (await client.updateMe({ isHidden: next })).isHidden;
    tabs?.postMessage({ owner: mine.owner, isHidden: mine.confirmed });
  } catch (thrown) {
    if (mine.wanted !== next || mine !== requests) return;
    mine.wanted = mine.confirmed;
    store.setState({ isHidden: mine.confirmed, error: sentenceFor(thrown) });
  }
}

/** Shown at once, and taken back with the reason where the server refuses it. */
function hide(client: ParleyClient, next: boolean): void {
  const mine = requests;
  mine.wanted = next;
  store.setState({ isHidden: next, error: null });
  mine.last = mine.last.then(() => send(client, mine, next));
}

/** How one chooses, in the same words everywhere. */
export const VISIBILITY = [
  { value: 'shown', words: 'Shown to others' },
  { value: 'hidden', words: 'Appear offline' },
] as const;

export function useVisibility() {
  const client = useChatClient();
  const { isHidden, error } = useStore(store);
  return {
    value: isHidden ? ('hidden' as const) : ('shown' as const),
    choose: (value: string) => hide(client, value === 'hidden'),
    error,
  };
}

/** My own presence, as others see it. */
export function useOwnPresence(me: string): { mark: PresenceMark; words: string } {
  const { isHidden } = useStore(store);
  const presence = usePresence(useMemo(() => [me], [me])).get(me);
  // Whoever reads this is here, also before the server has said so.
  const mark = isHidden ? null : (markOf(presence) ?? 'online');
  return { mark, words: mark === null ? 'Appearing offline' : mark === 'away' ? 'Away' : 'Online' };
}
