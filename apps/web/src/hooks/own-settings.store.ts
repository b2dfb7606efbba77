import { backOff, type ParleyClient } from '@parley/client';
import type { ConversationListItem, ConversationSettings, ConversationSettingsBody, Page } from '@parley/protocol';
import { useChatClient, useSelected } from '@parley/react';
import { useCallback } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { createStore } from 'zustand/vanilla';
import { followConnection } from './follow-connection.js';
import { countOf, isHidden, merged, type SettingsById, settingsOf } from './own-settings.js';

interface State {
  known: SettingsById;
  /** The server's time at which the next mute ends was looked at. */
  now: number;
}

/** Longer than any of them: a mute that ends later is looked at again meanwhile. */
const LONGEST_WAIT_MS = 600_000;

export const settingsStore = createStore<State>(() => ({ known: new Map(), now: 0 }));

/** Whose settings the store has. What is still answered to a client that was stopped is nobody’s any more. */
let followed: ParleyClient | null = null;

function take(client: ParleyClient, told: readonly ConversationSettings[]): void {
  if (client !== followed) return;
  const { known } = settingsStore.getState();
  const next = merged(known, told);
  if (next !== known) settingsStore.setState({ known: next, now: client.serverNow() });
}

/** Keeps what events say, and fetches all after each connection, as events may have been missed. Returns how to stop. */
export function followSettings(client: ParleyClient): () => void {
  followed = client;
  settingsStore.setState({ now: client.serverNow() });
  const loader = repeated(() => loadAll(client));
  const stops = [
    client.on('settings:updated', ({ settings }) => take(client, [settings])),
    followConnection(client, { online: loader.start, offline: loader.stop }),
    followMutes(client),
    loader.stop,
  ];
  return () => {
    for (const stop of stops) stop();
    followed = null;
    dismissFailedChange();
    settingsStore.setState({ known: new Map() });
  };
}

async function loadAll(client: ParleyClient): Promise<void> {
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: '100', ...(cursor && { cursor }) });
    const page: Page<ConversationSettings> = await client.request('GET', `users/me/conversation-settings?${query}`);
    take(client, page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
}

/** Runs it until it has succeeded once, unless that is stopped, also while it runs. */
function repeated(run: () => Promise<void>): { start: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // What is under way at a stop may fail after it.
  let starts = 0;
  const attempt = (failures: number, start: number) => {
    run().catch(() => {
      if (start === starts) timer = setTimeout(() => attempt(failures + 1, start), backOff(failures + 1));
    });
  };
  const stop = () => {
    starts += 1;
    clearTimeout(timer);
  };
  return {
    start: () => {
      stop();
      attempt(0, starts);
    },
    stop,
  };
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

/** What I want of this conversation. Renders again only when that changes. */
export function useSettings(item: Pick<ConversationListItem, 'id' | 'settings'>): ConversationSettings {
  return useStore(
    settingsStore,
    useShallow(({ known, now }: State) => settingsOf(item, known, now)),
  );
}

/** How many unread messages count: not those of muted conversations, nor of those that are out of the list. */
export function useCounted(): number {
  const { known, now } = useStore(settingsStore);
  const sum = useCallback(
    ({ items }: { items: readonly ConversationListItem[] }) =>
      items.reduce((total, item) => {
        const settings = settingsOf(item, known, now);
        return isHidden(item, settings) ? total : total + countOf(item, settings);
      }, 0),
    [known, now],
  );
  return useSelected(useChatClient().conversations, sum);
}

/** What could not be changed of a conversation, until it is tried again or dismissed: the latest of them. */
export interface FailedChange {
  conversationId: string;
  body: ConversationSettingsBody;
  fault: unknown;
}

export const failedChangeStore = createStore<{ failed: FailedChange | null }>(() => ({ failed: null }));

export function dismissFailedChange(): void {
  failedChangeStore.setState({ failed: null });
}

/** Changes it as `changeSettings` does, and has a failure shown in the conversation. Returns whether it was changed. */
export async function tryToChange(
  client: ParleyClient,
  conversationId: string,
  body: ConversationSettingsBody,
): Promise<boolean> {
  dismissFailedChange();
  try {
    await changeSettings(client, conversationId, body);
    return true;
  } catch (fault) {
    if (client === followed) failedChangeStore.setState({ failed: { conversationId, body, fault } });
    return false;
  }
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
  take(client, [settings]);
}
