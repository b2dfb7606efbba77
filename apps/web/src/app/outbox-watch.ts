import type { OutboxEntry, OutboxStorage } from '@parley/client';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** Ids of the messages that wait to be sent, over all conversations. */
const waitingStore = createStore<ReadonlySet<string>>(() => new Set());

/** The same storage, watched for what waits in it. */
export function watchOutbox(storage: OutboxStorage): OutboxStorage {
  const waiting = new Set<string>();
  const note = ({ clientMessageId, failure }: OutboxEntry) => {
    if (failure) waiting.delete(clientMessageId);
    else waiting.add(clientMessageId);
  };
  const tell = () => waitingStore.setState(new Set(waiting), true);
  tell();
  return {
    load: async () => {
      const entries = await storage.load();
      for (const entry of entries) note(entry);
      tell();
      return entries;
    },
    put: (entry) => {
      note(entry);
      tell();
      return storage.put(entry);
    },
    remove: (clientMessageId) => {
      waiting.delete(clientMessageId);
      tell();
      return storage.remove(clientMessageId);
    },
  };
}

export function useWaiting(): number {
  return useStore(waitingStore, ({ size }) => size);
}
