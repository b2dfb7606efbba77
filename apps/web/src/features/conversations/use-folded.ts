import type { ConversationView } from '@parley/client';
import { useConversations } from '@parley/react';
import { useMemo } from 'react';
import { useRoute } from 'wouter';
import { useStore } from 'zustand';
import { settingsOf } from '../../hooks/own-settings.js';
import { settingsStore } from '../../hooks/own-settings.store.js';
import { type Folded, fold } from './ordered.js';

/** My conversations as the list has them, and which one is open. */
export function useFolded(): Folded<ConversationView> & { open: string | null; isLoaded: boolean } {
  const { items, isLoaded } = useConversations();
  const { known, now } = useStore(settingsStore);
  const [, params] = useRoute('/c/:id/*?');
  const open = params?.id ?? null;
  const folded = useMemo(() => fold(items, (item) => settingsOf(item, known, now), open), [items, known, now, open]);
  return { ...folded, open, isLoaded };
}
