import { describe, expect, it, jest } from '@jest/globals';
import { type ClientSocket, ParleyClient, type Upload } from '@parley/client';
import { act, type ReactNode, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import {
  ChatProvider,
  useChatEvent,
  useConnection,
  useConversation,
  useConversations,
  useFeatures,
  useFileUrl,
  useLimits,
  useMessages,
  usePeople,
  usePresence,
  useSearch,
  useSelected,
  useSending,
  useTyping,
  useTypists,
  useUnread,
  useUpload,
  useUser,
} from './index.js';

/**
 * Runs components that draw nothing, in the part of a page that react-dom needs for that. A whole DOM would be another
 * dependency; drawing is tested in a real browser.
 */
class BarePage {
  private readonly root: Root;

  constructor() {
    const inert = { addEventListener: () => undefined, removeEventListener: () => undefined };
    const document = { ...inert, nodeType: 9, activeElement: null };
    Object.assign(globalThis, {
      IS_REACT_ACT_ENVIRONMENT: true,
      window: { ...inert, document, HTMLIFrameElement: Object },
    });
    const element = { ...inert, nodeType: 1, nodeName: 'DIV', tagName: 'DIV', ownerDocument: document };
    this.root = createRoot({ ...element, firstChild: null } as unknown as Element, {
      onUncaughtError: (error) => {
        throw error;
      },
    });
  }

  async show(node: ReactNode): Promise<void> {
    await act(async () => this.root.render(node));
  }

  /** Does something that changes what is shown, and waits until it is. */
  async change(how: () => void): Promise<void> {
    await act(async () => how());
  }

  async leave(): Promise<void> {
    await act(async () => this.root.unmount());
  }
}

class Cell<T> {
  readonly listeners = new Set<() => void>();

  constructor(private value: T) {}

  getSnapshot() {
    return this.value;
  }

  subscribe(listener: () => void) {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  set(value: T) {
    this.value = value;
    for (const listener of [...this.listeners]) listener();
  }
}

/** A client whose every value is set by hand. As the SDK's own, it answers a new view for each question. */
function aClient() {
  const calls: string[] = [];
  const log =
    (name: string) =>
    (...args: unknown[]) => {
      calls.push([name, ...args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg)))].join(' '));
      return name === 'send' ? 'id-1' : Promise.resolve();
    };
  const cells = {
    conversations: new Cell<unknown>({ items: [], isLoaded: false }),
    connection: new Cell<unknown>({ state: 'connecting' }),
    people: new Cell<unknown>(new Map()),
    presence: new Cell<unknown>(new Map()),
    unread: new Cell<unknown>({ total: 0, mentions: 0 }),
    sending: new Cell<unknown>({ waiting: 0 }),
    limits: new Cell<unknown>(null),
    features: new Cell<unknown>(null),
    a: new Cell<unknown>({ id: 'a' }),
    b: new Cell<unknown>({ id: 'b' }),
    messages: new Cell<unknown>({ items: [], isLoaded: false }),
    typing: new Cell<unknown>({ userIds: [], count: 0 }),
    found: new Cell<unknown>({ items: [], isLoading: true }),
  };
  const heard = new Map<string, Set<(payload: unknown) => void>>();
  const view = (cell: Cell<unknown>) => ({
    getSnapshot: () => cell.getSnapshot(),
    subscribe: (listener: () => void) => cell.subscribe(listener),
  });
  const client = {
    ...cells,
    conversation: (id: 'a' | 'b') => view(cells[id]),
    typing: (id: string) => ({
      typists: view(cells.typing),
      ...view(cells.typing),
      notify: () => log('notify')(id),
      stop: () => log('stopTyping')(id),
    }),
    watchPresence: (userIds: string[]) => {
      calls.push(`watch ${userIds.join(' ')}`);
      return () => void calls.push(`let go of ${userIds.join(' ')}`);
    },
    search: (query: unknown) => {
      calls.push(`search ${JSON.stringify(query)}`);
      return { ...view(cells.found), loadMore: log('loadMore') };
    },
    messages: () => ({
      getSnapshot: () => cells.messages.getSnapshot(),
      subscribe: (listener: () => void) => {
        calls.push('subscribe');
        return cells.messages.subscribe(listener);
      },
      loadOlder: log('loadOlder'),
      loadNewer: log('loadNewer'),
      jumpTo: log('jumpTo'),
      toLatest: log('toLatest'),
    }),
    ...Object.fromEntries(
      ['fileUrl', 'start', 'stop', 'send', 'resend', 'discard', 'edit', 'delete', 'react', 'unreact'].map((name) => [
        name,
        log(name),
      ]),
    ),
    on: (name: string, listener: (payload: unknown) => void) => {
      heard.set(name, (heard.get(name) ?? new Set()).add(listener));
      return () => heard.get(name)?.delete(listener);
    },
  };
  return {
    client: client as unknown as ParleyClient,
    cells,
    calls,
    tell: (name: string, payload: unknown) => {
      for (const listener of heard.get(name) ?? []) listener(payload);
    },
    listeners: (name: string) => heard.get(name)?.size ?? 0,
  };
}

/** A component that notes what a hook answers each time it is drawn. */
function aWatcher<T>(hook: () => T) {
  const seen: T[] = [];
  function Watcher() {
    seen.push(hook());
    return null;
  }
  return { seen, Watcher };
}

describe('ChatProvider', () => {
  it('S4.39: mounted twice by StrictMode opens one socket, and closes it when it goes', async () => {
    const sockets: (ClientSocket & { isClosed: boolean })[] = [];
    const openSocket = () => {
      const socket = {
        connected: false,
        isClosed: false,
        on: () => undefined,
        onAny: () => undefined,
        emit: () => undefined,
        disconnect: () => {
          socket.isClosed = true;
        },
      };
      sockets.push(socket);
      return socket;
    };
    const options = { url: 'http://127.0.0.1:1', getToken: () => Promise.resolve('token'), openSocket };
    const { seen, Watcher } = aWatcher(useConnection);
    const page = new BarePage();
    await page.show(
      <StrictMode>
        <ChatProvider options={options}>
          <Watcher />
          <Watcher />
        </ChatProvider>
      </StrictMode>,
    );
    await page.change(() => undefined);
    expect(seen.at(-1)?.state).toBe('connecting');
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([false]);
    await page.leave();
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true]);
  });

  it('starts a given client once for all providers of it, and stops it after the last', async () => {
    const { client, calls } = aClient();
    const page = new BarePage();
    const provider = (key: string) => <ChatProvider key={key} client={client} />;
    await page.show([provider('one'), provider('two')]);
    // One goes and another comes in the same moment, as when a page is changed.
    await page.show([provider('two'), provider('three')]);
    await page.show([provider('four')]);
    expect(calls).toEqual(['start']);
    await page.leave();
    expect(calls).toEqual(['start', 'stop']);
    const again = new BarePage();
    await again.show(provider('five'));
    expect(calls).toEqual(['start', 'stop', 'start']);
    await again.leave();
  });

  it('is asked for by name where it is missing', async () => {
    const { Watcher } = aWatcher(useUnread);
    const quiet = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    await expect(new BarePage().show(<Watcher />)).rejects.toThrow('needs a ChatProvider');
    quiet.mockRestore();
  });
});

describe('Hooks', () => {
  async function drawn<T>(hook: () => T) {
    const made = aClient();
    const { seen, Watcher } = aWatcher(hook);
    const page = new BarePage();
    const again = () =>
      page.show(
        <ChatProvider client={made.client}>
          <Watcher />
        </ChatProvider>,
      );
    await again();
    return { ...made, seen, page, again };
  }

  it('answer the snapshots of the SDK as they are, and draw once for each change', async () => {
    const { cells, seen, page } = await drawn(() => [
      useConversations(),
      useConnection(),
      useUnread(),
      useSending(),
      useLimits(),
      usePeople(),
    ]);
    const next = { items: [], isLoaded: true };
    await page.change(() => cells.conversations.set(next));
    await page.change(() => {
      cells.connection.set({ state: 'online' });
      cells.unread.set({ total: 2, mentions: 1 });
      cells.sending.set({ waiting: 3 });
      cells.limits.set({ contentBytes: 1 });
    });
    expect(seen).toHaveLength(3);
    expect(seen[1]?.[0]).toBe(next);
    expect(seen[2]?.slice(1, 5)).toEqual([
      { state: 'online' },
      { total: 2, mentions: 1 },
      { waiting: 3 },
      { contentBytes: 1 },
    ]);
    await page.leave();
    expect(Object.values(cells).map(({ listeners }) => listeners.size)).toEqual(Object.values(cells).map(() => 0));
  });

  it('S4.29: a search is asked once for each question, whichever object holds it, and of null not at all', async () => {
    let query: { q: string } | null = null;
    const { calls, cells, seen, page, again } = await drawn(() => [useSearch(query), useFeatures()] as const);
    expect(seen.at(-1)?.[0]).toMatchObject({ items: [], isLoading: false, hasMore: false });
    for (const q of ['a', 'a', 'b']) {
      query = { q };
      await again();
    }
    await page.change(() => {
      cells.found.set({ items: ['hit'], isLoading: false });
      cells.features.set({ search: true });
    });
    expect(seen.at(-1)).toEqual([expect.objectContaining({ items: ['hit'] }), { search: true }]);
    await seen.at(-1)?.[0].loadMore();
    expect(calls.filter((call) => /search|loadMore/.test(call))).toEqual([
      'search {"q":"a"}',
      'search {"q":"b"}',
      'loadMore',
    ]);
    await page.leave();
  });

  it('S2.26: presence is watched while it is shown, whichever array names them, and draws only when theirs changes', async () => {
    let ids = ['ama', 'eve'];
    const { calls, cells, seen, page, again } = await drawn(() => usePresence([...ids]));
    const here = { isOnline: true, isAway: false, lastSeenAt: null };
    await page.change(() => cells.presence.set(new Map([['ama', here]])));
    await page.change(() =>
      cells.presence.set(
        new Map([
          ['ama', here],
          ['somebody', here],
        ]),
      ),
    );
    expect(seen).toEqual([new Map(), new Map([['ama', here]])]);
    await again();
    expect(seen.at(-1)).toBe(seen.at(-2));
    ids = ['eve', 'ama'];
    await again();
    ids = ['eve'];
    await again();
    await page.leave();
    expect(calls.filter((call) => /^(watch|let go)/.test(call))).toEqual([
      'watch ama eve',
      'let go of ama eve',
      'watch eve',
      'let go of eve',
    ]);
    expect(cells.presence.listeners.size).toBe(0);
  });

  it('S1.29: an upload is drawn with each of its changes; null is none', async () => {
    const upload = new Cell<unknown>({ state: 'waiting', sentBytes: 0 });
    let shown: Cell<unknown> | null = upload;
    const { seen, page, again } = await drawn(() => useUpload(shown as Upload | null));
    await page.change(() => upload.set({ state: 'sending', sentBytes: 1 }));
    shown = null;
    await again();
    expect(seen).toEqual([{ state: 'waiting', sentBytes: 0 }, { state: 'sending', sentBytes: 1 }, null]);
    expect(upload.listeners.size).toBe(0);
    await page.leave();
  });

  it('S1.29: the address of a file is asked for once for each file and size, and again when it is renewed', async () => {
    let [fileId, thumbnail]: [string | null, 320?] = ['one'];
    const { client, seen, page, again } = await drawn(() => useFileUrl(fileId, { thumbnail }));
    const asked: string[] = [];
    const answers: PromiseWithResolvers<string>[] = [];
    client.fileUrl = (id, options) => {
      asked.push(`${id} ${options?.thumbnail ?? 'whole'}${options?.isFresh ? ' anew' : ''}`);
      const answer = Promise.withResolvers<string>();
      answers.push(answer);
      return answer.promise;
    };
    fileId = 'two';
    await again();
    await again();
    thumbnail = 320;
    await again();
    // The answer to what is not wanted any more comes last.
    await page.change(() => answers[1]?.resolve('small'));
    await page.change(() => answers[0]?.resolve('whole'));
    expect(seen.at(-1)).toMatchObject({ url: 'small' });
    await page.change(() => seen.at(-1)?.renew());
    await page.change(() => answers[2]?.reject(new Error('gone')));
    expect(seen.at(-1)).toMatchObject({ url: null, error: { message: 'gone' } });
    await page.change(() => seen.at(-1)?.renew());
    await page.change(() => answers[3]?.resolve('small again'));
    expect(seen.at(-1)).toMatchObject({ url: 'small again', error: null });
    fileId = null;
    await again();
    expect(seen.at(-1)).toMatchObject({ url: null, error: null });
    expect(asked).toEqual(['two whole', 'two 320', 'two 320 anew', 'two 320 anew']);
    await page.leave();
  });

  it('a change of another conversation draws nothing', async () => {
    const { cells, seen, page } = await drawn(() => useConversation('a'));
    await page.change(() => cells.b.set({ id: 'b', unreadCount: 1 }));
    await page.change(() => cells.conversations.set({ items: [], isLoaded: true }));
    expect(seen).toEqual([{ id: 'a' }]);
    await page.change(() => cells.a.set(null));
    expect(seen).toEqual([{ id: 'a' }, null]);
  });

  it('a part of a value draws only when that part changes', async () => {
    const isLoaded = (value: { isLoaded: boolean }) => value.isLoaded;
    const made = aClient();
    const { seen, Watcher } = aWatcher(() => [useSelected(made.client.conversations, isLoaded), useUser('ama')]);
    const page = new BarePage();
    await page.show(
      <ChatProvider client={made.client}>
        <Watcher />
      </ChatProvider>,
    );
    const ama = { id: 'ama' };
    await page.change(() => made.cells.conversations.set({ items: [1], isLoaded: false }));
    await page.change(() => made.cells.people.set(new Map([['li', { id: 'li' }]])));
    expect(seen).toEqual([[false, null]]);
    await page.change(() => made.cells.people.set(new Map([['ama', ama]])));
    await page.change(() => made.cells.conversations.set({ items: [1], isLoaded: true }));
    expect(seen.slice(1)).toEqual([
      [false, ama],
      [true, ama],
    ]);
  });

  it('S4.39: useMessages pages both ways and sends, with commands that stay the same', async () => {
    const { cells, calls, seen, page, again } = await drawn(() => useMessages('a'));
    await again();
    const [first] = seen;
    expect(seen.every((one) => one === first)).toBe(true);
    await page.change(() => cells.messages.set({ items: ['m'], isLoaded: true, hasOlder: true }));
    const last = seen.at(-1);
    expect(last).toMatchObject({ items: ['m'], isLoaded: true, hasOlder: true });
    expect(last?.loadOlder).toBe(first?.loadOlder);
    await page.change(async () => {
      await last?.loadOlder();
      await last?.loadNewer();
      await last?.jumpTo(7);
      await last?.toLatest();
      expect(last?.send({ content: 'hi' })).toBe('id-1');
      last?.resend('x');
      last?.discard('y');
      await last?.edit('m', { content: 'ho' });
      await last?.remove('m');
      await last?.react('m', '👍');
      await last?.unreact('m', '👍');
    });
    expect(calls).toEqual([
      'subscribe',
      'start',
      'loadOlder',
      'loadNewer',
      'jumpTo 7',
      'toLatest',
      'send a {"content":"hi"}',
      'resend x',
      'discard y',
      'edit m {"content":"ho"}',
      'delete m',
      'react m 👍',
      'unreact m 👍',
    ]);
  });

  it('useMessages begins at a place without asking for the newest page first', async () => {
    const { calls } = await drawn(() => useMessages('a', { startAt: 12 }));
    expect(calls.filter((call) => call !== 'start')).toEqual(['jumpTo 12', 'subscribe']);
  });

  it('S4.35: useTyping answers who types, says that one types, and ends it where the conversation is left', async () => {
    let id = 'a';
    const { cells, calls, seen, page, again } = await drawn(() => useTyping(id));
    await page.change(() => cells.typing.set({ userIds: ['ann'], count: 1 }));
    expect(seen.at(-1)).toMatchObject({ userIds: ['ann'], count: 1 });
    seen.at(-1)?.notify();
    id = 'b';
    await again();
    seen.at(-1)?.notify();
    seen.at(-1)?.stop();
    await page.leave();
    expect(calls.filter((call) => / [ab]$/.test(call))).toEqual([
      'notify a',
      'stopTyping a',
      'notify b',
      'stopTyping b',
      'stopTyping b',
    ]);
  });

  it('S4.35: useTypists answers who types, and says nothing of oneself', async () => {
    const { cells, calls, seen, page } = await drawn(() => useTypists('a'));
    await page.change(() => cells.typing.set({ userIds: ['ann'], count: 1 }));
    expect(seen.at(-1)).toEqual({ userIds: ['ann'], count: 1 });
    await page.leave();
    expect(calls.filter((call) => call.endsWith(' a'))).toEqual([]);
  });

  it('useChatEvent calls the latest listener, and none after it has gone', async () => {
    const heard: string[] = [];
    let name = 'first';
    const { tell, listeners, page, again } = await drawn(() => {
      const mine = name;
      useConversations();
      useChatEvent('message:new', () => void heard.push(mine));
    });
    tell('message:new', {});
    name = 'second';
    await again();
    tell('message:new', {});
    expect(heard).toEqual(['first', 'second']);
    expect(listeners('message:new')).toBe(1);
    await page.leave();
    expect(listeners('message:new')).toBe(0);
  });
});
