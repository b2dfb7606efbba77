import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ParleyClient } from '@parley/client';
import type { Me } from '@parley/protocol';

type Store = typeof import('./visibility.store.js');
type Heard = (event: { data: unknown }) => void;

const me = (isHidden: boolean) => ({ id: 'ama', isHidden }) as Me;
/** Lets what was answered be taken. */
const taken = () => new Promise((resolve) => setImmediate(resolve));

/** The server, whose answers the test gives: what it has, and why it refuses. */
function aServer() {
  const asked: { method: string; answer: (isHidden: boolean) => void; refuse: () => void }[] = [];
  const ask = (method: string) =>
    new Promise<Me>((resolve, reject) => {
      asked.push({
        method,
        answer: (isHidden) => resolve(me(isHidden)),
        refuse: () => reject(new Error('Not now.')),
      });
    });
  const client = { updateMe: () => ask('PATCH'), request: (method: string) => ask(method) } as unknown as ParleyClient;
  return { client, asked };
}

describe('Whether others see that I am here', () => {
  let store: Store;
  let told: unknown[];
  let heard: Set<Heard>;
  let stop: () => void;

  const state = () => store.visibilityStore.getState();
  /** What another tab has changed. */
  const hear = (isHidden: boolean, owner = 'ama') => {
    for (const listener of heard) listener({ data: { owner, isHidden } });
  };

  beforeEach(async () => {
    [told, heard] = [[], new Set()];
    class Tabs {
      addEventListener = (_type: string, listener: Heard) => heard.add(listener);
      removeEventListener = (_type: string, listener: Heard) => heard.delete(listener);
      postMessage = (data: unknown) => told.push(data);
    }
    jest.resetModules();
    Object.defineProperty(globalThis, 'BroadcastChannel', { value: Tabs, configurable: true });
    store = await import('./visibility.store.js');
    stop = store.openVisibility(me(false));
  });
  afterEach(() => stop());

  it('is as another tab has changed it, unless that is of somebody else', () => {
    hear(true, 'tomas');
    expect(state().isHidden).toBe(false);
    hear(true);
    expect(state()).toEqual({ isHidden: true, error: null });
  });

  it.each([true, false])(
    'is what the server says after two tabs have changed it at the same time: hidden %s',
    async (isHidden) => {
      const { client, asked } = aServer();
      store.chooseVisibility(client, false);
      await taken();
      hear(true);
      // What was chosen here is shown as long as it may still be taken.
      expect(state().isHidden).toBe(false);
      asked[0]?.answer(false);
      await taken();
      expect(asked.map(({ method }) => method)).toEqual(['PATCH', 'GET']);
      asked[1]?.answer(isHidden);
      await taken();
      expect(state()).toEqual({ isHidden, error: null });
      expect(told.at(-1)).toEqual({ owner: 'ama', isHidden });
    },
  );

  it('is what was chosen last, whatever is answered before', async () => {
    const { client, asked } = aServer();
    store.chooseVisibility(client, true);
    await taken();
    store.chooseVisibility(client, false);
    asked[0]?.answer(true);
    await taken();
    expect(state().isHidden).toBe(false);
    asked[1]?.answer(false);
    await taken();
    expect(state()).toEqual({ isHidden: false, error: null });
  });

  it('is taken back with the reason where the server refuses it', async () => {
    const { client, asked } = aServer();
    store.chooseVisibility(client, true);
    await taken();
    expect(state().isHidden).toBe(true);
    asked[0]?.refuse();
    await taken();
    expect(state()).toEqual({ isHidden: false, error: expect.any(String) });
    hear(true);
    expect(state()).toEqual({ isHidden: true, error: null });
  });

  it('is not shown to who signs in next, not even by what is answered later', async () => {
    const { client, asked } = aServer();
    store.chooseVisibility(client, true);
    await taken();
    stop();
    expect(state().isHidden).toBe(false);
    stop = store.openVisibility({ id: 'tomas', isHidden: false } as Me);
    asked[0]?.answer(true);
    await taken();
    expect(state().isHidden).toBe(false);
  });
});
