import { newClientId } from '@parley/client';
import { BASE_PATH } from '../../api/http.js';
import { isWatching, onWatching } from '../../hooks/use-focused-window.js';

/** What a tab says of itself; `asks`: it has just begun, and wants to hear of the others. */
interface Said {
  tab: string;
  /** The conversation that its reader is looking at; null: none. */
  watched: string | null;
  asks: boolean;
}

export interface WatchingTabs {
  /** Whether a tab of this person shows the conversation and has the focus. */
  isWatched: (conversationId: string) => boolean;
  stop: () => void;
}

/** Which conversation the reader is looking at, in whichever tab. A tab that is closed loses the focus before. */
export function watchTabs(userId: string): WatchingTabs {
  const channel = new BroadcastChannel(`parley-watching-${userId}`);
  const tab = newClientId();
  const others = new Map<string, string>();
  const own = () => (isWatching() ? openConversation() : null);
  const say = (asks = false) => channel.postMessage({ tab, watched: own(), asks } satisfies Said);
  channel.addEventListener('message', ({ data }: MessageEvent<Said>) => {
    if (data.watched === null) others.delete(data.tab);
    else others.set(data.tab, data.watched);
    if (data.asks) say();
  });
  const stopWatching = onWatching(say);
  const onHide = () => channel.postMessage({ tab, watched: null, asks: false } satisfies Said);
  addEventListener('pagehide', onHide);
  const stopMoves = onMoves(say);
  say(true);
  return {
    isWatched: (id) => own() === id || [...others.values()].includes(id),
    stop: () => {
      onHide();
      stopWatching();
      stopMoves();
      removeEventListener('pagehide', onHide);
      channel.close();
    },
  };
}

function openConversation(): string | null {
  return /^\/c\/([^/]+)/.exec(location.pathname.slice(BASE_PATH.length))?.[1] ?? null;
}

/** The router tells of each change of the address by these. */
const MOVES = ['popstate', 'pushState', 'replaceState'] as const;

function onMoves(listener: () => void): () => void {
  const act = () => listener();
  for (const name of MOVES) addEventListener(name, act);
  return () => {
    for (const name of MOVES) removeEventListener(name, act);
  };
}
