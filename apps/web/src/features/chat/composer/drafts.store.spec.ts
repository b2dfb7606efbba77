import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clearDraft, draftsStore, openDrafts, saveDraft } from './drafts.store.js';

describe('C2: drafts', () => {
  const kept = new Map<string, string>();
  const pages = new Set<(event: Partial<StorageEvent>) => void>();
  let isFull = false;
  let close: () => void;
  const replyToId = 'm';
  const drafts = () => draftsStore.getState().byConversation;

  beforeEach(() => {
    kept.clear();
    isFull = false;
    const localStorage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => {
        if (isFull) throw new Error('full');
        kept.set(key, value);
      },
      removeItem: (key: string) => kept.delete(key),
    };
    Object.assign(globalThis, {
      // `Object.keys` names what is stored, as with the browser's own.
      localStorage: new Proxy(localStorage, {
        ownKeys: () => [...kept.keys()],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      }),
      addEventListener: (_: string, listener: () => void) => pages.add(listener),
      removeEventListener: (_: string, listener: () => void) => pages.delete(listener),
    });
    close = openDrafts('me');
  });
  afterEach(() => {
    close();
    expect(pages.size).toBe(0);
  });

  it('return after a reload, with the message that they answer', () => {
    saveDraft('c', { text: 'half' });
    saveDraft('c', { replyToId });
    close();
    expect(drafts()).toEqual({});
    close = openDrafts('me');
    expect(drafts()).toEqual({ c: { text: 'half', replyToId } });
  });

  it('are removed once they are sent', () => {
    saveDraft('c', { text: 'half', replyToId });
    clearDraft('c');
    expect(kept.size).toBe(0);
    expect(drafts().c).toEqual({ text: '', replyToId: null });
  });

  it('are not shown to another user', () => {
    saveDraft('c', { text: 'half' });
    close();
    close = openDrafts('li');
    expect(drafts()).toEqual({});
  });

  it('appear in the other tab', () => {
    const tell = (key: string, newValue: string | null) => pages.forEach((page) => page({ key, newValue }));
    tell('parley.draft.me.c', JSON.stringify({ text: 'from there', replyToId: null }));
    tell('parley.draft.li.c', JSON.stringify({ text: 'not mine', replyTo: null }));
    expect(drafts()).toEqual({ c: { text: 'from there', replyToId: null } });
    tell('parley.draft.me.c', null);
    expect(drafts().c).toEqual({ text: '', replyToId: null });
  });

  it('that are not readable any more are empty', () => {
    kept.set('parley.draft.me.c', '{"text":7,"replyTo":{"id":1}}');
    kept.set('parley.draft.me.d', 'not JSON');
    close();
    close = openDrafts('me');
    expect(drafts()).toEqual({ c: { text: '', replyToId: null }, d: { text: '', replyToId: null } });
  });

  it('keep no text of the message that they answer, which may be deleted', () => {
    const replyTo = { id: 'm', seq: 3, senderId: 'ama', excerpt: 'the secret' };
    kept.set('parley.draft.me.c', JSON.stringify({ text: 'half', replyTo }));
    close();
    close = openDrafts('me');
    expect(drafts()).toEqual({ c: { text: 'half', replyToId } });
    expect([...kept.values()].join()).not.toContain('the secret');
  });

  it('live as long as the page where nothing can be stored', () => {
    isFull = true;
    saveDraft('c', { text: 'half' });
    expect(drafts().c?.text).toBe('half');
  });
});
