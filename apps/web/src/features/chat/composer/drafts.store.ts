import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** Texts that are not sent yet. Kept on this device per user and conversation, and shared by all tabs. */
export interface Draft {
  text: string;
  /** The message that it answers, by id only: its text may be deleted, so that no copy is kept. */
  replyToId: string | null;
}

const EMPTY: Draft = { text: '', replyToId: null };

export const draftsStore = createStore<{ owner: string; byConversation: Record<string, Draft> }>(() => ({
  owner: '',
  byConversation: {},
}));

/** Loads this user's drafts, and follows changes in other tabs. Returns a function that stops that. */
export function openDrafts(owner: string): () => void {
  draftsStore.setState({ owner, byConversation: storedDrafts(owner) });
  const onStorage = ({ key, newValue }: StorageEvent) => {
    const id = key === null ? null : conversationOf(key, owner);
    if (id !== null) put(id, parse(newValue));
  };
  addEventListener('storage', onStorage);
  return () => {
    removeEventListener('storage', onStorage);
    draftsStore.setState({ owner: '', byConversation: {} });
  };
}

/** Removes all of this user's drafts from this device: they sign out, or their account is deleted. */
export function forgetDrafts(owner: string): void {
  if (draftsStore.getState().owner === owner) draftsStore.setState({ byConversation: {} });
  try {
    for (const key of Object.keys(localStorage)) if (conversationOf(key, owner) !== null) localStorage.removeItem(key);
  } catch {
    // Where storage is switched off nothing is kept.
  }
}

/** How many there are. */
export function useDraftCount(): number {
  return useStore(draftsStore, ({ byConversation }) => {
    return Object.values(byConversation).filter(({ text, replyToId }) => text !== '' || replyToId !== null).length;
  });
}

export function saveDraft(conversationId: string, change: Partial<Draft>): void {
  const { owner } = draftsStore.getState();
  const draft = { ...draftOf(conversationId), ...change };
  put(conversationId, draft);
  write(prefix(owner) + conversationId, draft);
}

export function clearDraft(conversationId: string): void {
  saveDraft(conversationId, EMPTY);
}

export function draftOf(conversationId: string): Draft {
  return draftsStore.getState().byConversation[conversationId] ?? EMPTY;
}

export function useDraft(conversationId: string): Draft {
  return useStore(draftsStore, ({ byConversation }) => byConversation[conversationId] ?? EMPTY);
}

function put(conversationId: string, draft: Draft): void {
  draftsStore.setState(({ byConversation }) => ({ byConversation: { ...byConversation, [conversationId]: draft } }));
}

function write(key: string, draft: Draft): void {
  try {
    if (draft.text === '' && draft.replyToId === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Where storage is full or switched off the draft is lost with the page.
  }
}

function storedDrafts(owner: string): Record<string, Draft> {
  const drafts: Record<string, Draft> = {};
  try {
    for (const key of Object.keys(localStorage)) {
      const id = conversationOf(key, owner);
      if (id === null) continue;
      const stored = localStorage.getItem(key);
      const draft = parse(stored);
      drafts[id] = draft;
      // Earlier releases stored the text of the answered message, too.
      if (stored !== JSON.stringify(draft)) write(key, draft);
    }
  } catch {
    // As above.
  }
  return drafts;
}

function conversationOf(key: string, owner: string): string | null {
  return key.startsWith(prefix(owner)) ? key.slice(prefix(owner).length) : null;
}

function prefix(owner: string): string {
  return `parley.draft.${owner}.`;
}

/** The stored value may come from an earlier release or from elsewhere: only fields of the right type are taken. */
function parse(json: string | null): Draft {
  try {
    const { text, replyToId, replyTo } = JSON.parse(json ?? '{}') as Partial<Draft> & { replyTo?: { id?: unknown } };
    const target = replyToId ?? replyTo?.id;
    return { text: typeof text === 'string' ? text : '', replyToId: typeof target === 'string' ? target : null };
  } catch {
    return EMPTY;
  }
}
