import type { ConversationListItem } from '@parley/protocol';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { type ConversationState, type DurableEvent, withItem } from './conversation-state.js';
import { type Applied, applyDurable, release } from './live-events.js';

/** All conversations of whoever is signed in. Changed only through the functions below. */
export interface ChatState {
  me: string;
  byId: Record<string, ConversationState>;
  list: 'loading' | 'ready' | 'failed';
  /** Events kept back while the list is fetched; null while they are applied as they come. */
  early: DurableEvent[] | null;
  /** Until when my sends wait, by the server's word; milliseconds, 0 for not at all. */
  pausedUntil: number;
  /** What is written but not sent, by conversation. */
  drafts: Record<string, string>;
}

const START: ChatState = { me: '', byId: {}, list: 'loading', early: [], pausedUntil: 0, drafts: {} };

export const chatStore = createStore<ChatState>(() => START);

export function resetChat(me: string): void {
  chatStore.setState({ ...START, me }, true);
}

export function conversation(id: string): ConversationState | undefined {
  return chatStore.getState().byId[id];
}

/** Changes one conversation; does nothing where it is not known (any more). */
export function change(id: string, how: (state: ConversationState) => ConversationState): void {
  chatStore.setState((state) => {
    const held = state.byId[id];
    if (!held) return state;
    const next = how(held);
    return next === held ? state : { ...state, byId: { ...state.byId, [id]: next } };
  });
}

/** Conversations as fetched or announced. */
export function putItems(items: readonly ConversationListItem[]): void {
  chatStore.setState((state) => {
    const byId = { ...state.byId };
    for (const item of items) byId[item.id] = withItem(byId[item.id], item);
    return { ...state, byId };
  });
}

/** Takes one durable event. Answers the conversation to be fetched anew, if the event cannot be applied. */
export function take(event: DurableEvent): string | null {
  const state = chatStore.getState();
  const id = event.payload.conversationId;
  if (state.early) {
    chatStore.setState({ early: [...state.early, event] });
    return null;
  }
  const held = state.byId[id];
  if (!held) return null;
  return put(id, applyDurable(held, event, state.me));
}

/** From now on events wait for the list: nothing may be applied to what is out of date. */
export function holdEvents(): void {
  chatStore.setState((state) => (state.early ? state : { ...state, early: [] }));
}

/** The list is complete: applies what came meanwhile. Answers the conversations that have to be fetched. */
export function releaseEvents(): string[] {
  const early = chatStore.getState().early ?? [];
  chatStore.setState({ early: null });
  const missing = new Set<string>();
  for (const event of early) {
    const id = event.payload.conversationId;
    const known = conversation(id) !== undefined;
    if (!known) missing.add(id);
    else if (take(event) !== null) missing.add(id);
  }
  return [...missing];
}

/** Applies what one conversation held back. Answers whether it still misses something. */
export function releaseHeld(id: string): boolean {
  const held = conversation(id);
  return held?.held ? put(id, release(held, chatStore.getState().me)) !== null : false;
}

export function saveDraft(id: string, text: string): void {
  chatStore.setState((state) => ({ ...state, drafts: { ...state.drafts, [id]: text } }));
}

export function useConversation(id: string): ConversationState | undefined {
  return useStore(chatStore, (state) => state.byId[id]);
}

export function useChat<T>(selector: (state: ChatState) => T): T {
  return useStore(chatStore, selector);
}

function put(id: string, { state, gap }: Applied): string | null {
  change(id, () => state);
  return gap ? id : null;
}
