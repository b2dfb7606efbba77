import { backOff, type ParleyClient } from '@parley/client';
import type { ConversationListItem, ConversationSettings, ConversationSettingsBody, Page } from '@parley/protocol';
import { useChatClient, useSelected } from '@parley/react';
import { useCallback } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { followConnection } from './follow-connection.js';
import { countOf, merged, type SettingsById, settingsOf } from './own-settings.js';

interface State {
  known: SettingsById;
  /** The server's time at which the next mute ends was looked at. */
  now: number;
}

/** Longer than any of them: a mute that ends later is looked at again meanwhile. */
const LONGEST_WAIT_MS = 600_000;

export const settingsStore = createStore<State>(() => ({ known: new Map(), now: 0 }));

/** Keeps what events say, and fetches all after each connection, as events may have been missed. Returns how to stop. */
export function followSettings(client: ParleyClient): () => void {
  let isOver = false;
  const take = (told: readonly ConversationSettings[]) => {
    // An answer may come after its user has signed out.
    if (isOver) return;
    const known = merged(settingsStore.getState().known, told);
    settingsStore.setState({ known, now: client.serverNow() });
  };
  const loader = repeated(() => loadAll(client, take));
  take([]);
  const stops = [
    client.on('settings:updated', ({ settings }) => take([settings])),
    followConnection(client, { online: loader.start, offline: loader.stop }),
    followMutes(client),
    loader.stop,
  ];
  return () => {
    isOver = true;
    for (const stop of stops) stop();
    settingsStore.setState({ known: new Map() });
  };
}

async function loadAll(client: ParleyClient, take: (told: readonly ConversationSettings[]) => void): Promise<void> {
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: '100', ...(cursor && { cursor }) });
    const page: Page<ConversationSettings> = await client.request('GET', `users/me/conversation-settings?${query}`);
    take(page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
}

/** Runs it until it has succeeded once, unless that is stopped, also while it runs. */
function repeated(run: () => Promise<void>): { start: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the runs: what was begun before the last stop is not tried again. */
  let round = 0;
  const attempt = (failures: number, begun: number) => {
    run().catch(() => {
      if (begun !== round) return;
      timer = setTimeout(() => attempt(failures + 1, begun), backOff(failures + 1));
    });
  };
  const stop = () => {
    round += 1;
    clearTimeout(timer);
  };
  return { start: () => attempt(0, round), stop };
}

/** Draws anew once a mute is over. */
function followMutes(client: ParleyClient): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const look = () => {
    clearTimeout(timer);
    const now = client.serverNow();
    const ends = [...settingsStore.getState().known.values()].flatMap(({ mutedUntil }) =>
      mutedUntil !== null && Date.parse(mutedUntil) > now ? Date.parse(mutedUntil) - now : [],
    );
    timer = setTimeout(() => settingsStore.setState({ now: client.serverNow() }), Math.min(LONGEST_WAIT_MS, ...ends));
  };
  const stop = settingsStore.subscribe(look);
  look();
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** What I want of this conversation. */
export function useSettings(item: Pick<ConversationListItem, 'id' | 'settings'>): ConversationSettings {
  const { known, now } = useStore(settingsStore);
  return settingsOf(item, known, now);
}

/** How many unread messages count: not those of muted conversations. */
export function useCounted(): number {
  const { known, now } = useStore(settingsStore);
  const sum = useCallback(
    ({ items }: { items: readonly ConversationListItem[] }) =>
      items.reduce((total, item) => total + countOf(item, settingsOf(item, known, now)), 0),
    [known, now],
  );
  return useSelected(useChatClient().conversations, sum);
}

/** Changes it for all of my devices; shown once the server has it. @throws `SdkError` */
export async function changeSettings(
  client: ParleyClient,
  conversationId: string,
  body: ConversationSettingsBody,
): Promise<void> {
  const settings = await client.request<ConversationSettings>(
    'PATCH',
    `conversations/${conversationId}/settings`,
    body,
  );
  settingsStore.setState(({ known }) => ({ known: merged(known, [settings]) }));
}
