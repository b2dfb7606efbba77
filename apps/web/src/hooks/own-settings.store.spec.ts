import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ParleyClient } from '@parley/client';
import type { ConversationSettings, Page } from '@parley/protocol';
import { changeSettings, followSettings, settingsStore } from './own-settings.store.js';

type Answer = Page<ConversationSettings> | ConversationSettings;
type Told = (payload: { settings: ConversationSettings }) => void;

const some = (conversationId: string, fields: Partial<ConversationSettings> = {}): ConversationSettings => ({
  conversationId,
  notifications: 'all',
  mutedUntil: null,
  pinnedAt: null,
  hiddenSeq: null,
  unreadSeq: null,
  version: 1,
  ...fields,
});
const page = (...items: ConversationSettings[]): Page<ConversationSettings> => ({
  items,
  nextCursor: null,
  hasMore: false,
});

/** What the settings need of a client: its connection, its events and its requests, which the test answers. */
function aClient() {
  const asked: { answer: (value: Answer) => void; fail: () => void }[] = [];
  const listeners = new Set<() => void>();
  let [state, told]: [string, Told] = ['offline', () => undefined];
  const client = {
    connection: {
      getSnapshot: () => ({ state }),
      subscribe: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    on: (_name: string, listener: Told) => {
      told = listener;
      return () => undefined;
    },
    serverNow: () => Date.now(),
    request: () =>
      new Promise<Answer>((answer, reject) => {
        asked.push({ answer, fail: () => reject(new Error('No answer.')) });
      }),
  } as unknown as ParleyClient;
  const become = (next: string) => {
    state = next;
    for (const listener of listeners) listener();
  };
  return { client, asked, become, tell: (settings: ConversationSettings) => told({ settings }) };
}

const known = () => [...settingsStore.getState().known.keys()];
/** Lets what was answered be taken. */
const taken = () => jest.advanceTimersByTimeAsync(0);
const LONG_MS = 300_000;

describe('The settings of conversations', () => {
  let stop: () => void = () => undefined;

  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    stop();
    jest.useRealTimers();
  });

  it('are fetched after each connection, again until they are there', async () => {
    const { client, asked, become } = aClient();
    stop = followSettings(client);
    become('online');
    asked[0]?.fail();
    await jest.advanceTimersByTimeAsync(LONG_MS);
    expect(asked).toHaveLength(2);
    asked[1]?.answer(page(some('a')));
    await taken();
    expect(known()).toEqual(['a']);
    become('offline');
    become('online');
    expect(asked).toHaveLength(3);
  });

  it('are not asked for any more without a connection, or after a sign-out, by what was under way then', async () => {
    const { client, asked, become } = aClient();
    stop = followSettings(client);
    become('online');
    become('offline');
    asked[0]?.fail();
    await jest.advanceTimersByTimeAsync(LONG_MS);
    expect(asked).toHaveLength(1);
    become('online');
    stop();
    asked[1]?.fail();
    await jest.advanceTimersByTimeAsync(LONG_MS);
    expect(asked).toHaveLength(2);
  });

  it('of who has signed out are not the next one’s, also where they are answered later', async () => {
    const [first, second] = [aClient(), aClient()];
    const stopFirst = followSettings(first.client);
    first.become('online');
    const changing = changeSettings(first.client, 'b', { isPinned: true });
    stopFirst();
    stop = followSettings(second.client);
    first.asked[0]?.answer(page(some('a', { notifications: 'none' })));
    first.asked[1]?.answer(some('b'));
    await changing;
    await taken();
    expect(known()).toEqual([]);
    second.tell(some('c'));
    expect(known()).toEqual(['c']);
  });

  it('that were known before draw nothing anew', async () => {
    const { client, asked, become, tell } = aClient();
    stop = followSettings(client);
    tell(some('a', { version: 2 }));
    const before = settingsStore.getState();
    become('online');
    asked[0]?.answer(page(some('a', { version: 2 })));
    await taken();
    expect(settingsStore.getState()).toBe(before);
  });
});
