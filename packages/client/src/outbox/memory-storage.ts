import type { OutboxEntry, OutboxStorage } from './outbox-entry.js';

/** Keeps entries until this object is garbage. */
export function memoryStorage(): OutboxStorage {
  const entries = new Map<string, OutboxEntry>();
  return {
    load: async () => [...entries.values()],
    put: async (entry) => {
      entries.set(entry.clientMessageId, entry);
    },
    remove: async (clientMessageId) => {
      entries.delete(clientMessageId);
    },
  };
}
