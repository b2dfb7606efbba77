import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { ReplyTarget } from './message-actions.js';

/** What is written but not sent. Kept on this device, one for each person and conversation, and shown in all tabs. */
export interface Draft {
  text: string;
  /** What it answers. */
  replyTo: ReplyTarget | null;
}

const EMPTY: Draft = { text: '', replyTo: null };

export const draftsStore = createStore<{ owner: string; byConversation: Record<string, Draft> }>(() => ({
  owner: '',
  byConversation: {},
}));

/** Brings this person's drafts back, and follows the other tabs. Returns how to stop. */
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

export function saveDraft(conversationId: string, change: Partial<Draft>): void {
  const { owner, byConversation } = draftsStore.getState();
  const draft = { ...(byConversation[conversationId] ?? EMPTY), ...change };
  put(conversationId, draft);
  try {
    const key = prefix(owner) + conversationId;
    if (draft.text === '' && draft.replyTo === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Storage may be full or switched off: the draft then lasts as long as the page.
  }
}

export function clearDraft(conversationId: string): void {
  saveDraft(conversationId, EMPTY);
}

export function useDraft(conversationId: string): Draft {
  return useStore(draftsStore, ({ byConversation }) => byConversation[conversationId] ?? EMPTY);
}

function put(conversationId: string, draft: Draft): void {
  draftsStore.setState(({ byConversation }) => ({ byConversation: { ...byConversation, [conversationId]: draft } }));
}

function storedDrafts(owner: string): Record<string, Draft> {
  const drafts: Record<string, Draft> = {};
  try {
    for (const key of Object.keys(localStorage)) {
      const id = conversationOf(key, owner);
      if (id !== null) drafts[id] = parse(localStorage.getItem(key));
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

/** Whatever stands there may be of an earlier release, or not ours: only what fits is taken. */
function parse(json: string | null): Draft {
  try {
    const { text, replyTo } = JSON.parse(json ?? '{}') as Partial<Draft>;
    return { text: typeof text === 'string' ? text : '', replyTo: isTarget(replyTo) ? replyTo : null };
  } catch {
    return EMPTY;
  }
}

function isTarget(value: unknown): value is ReplyTarget {
  const { id, seq, senderId, excerpt } = (value ?? {}) as Partial<ReplyTarget>;
  return (
    typeof id === 'string' && typeof seq === 'number' && typeof senderId === 'string' && typeof excerpt === 'string'
  );
}
