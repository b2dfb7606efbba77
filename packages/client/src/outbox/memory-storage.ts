import type { AttachmentContents, OutboxEntry, OutboxStorage } from './outbox-entry.js';

/** Keeps entries until this object is garbage. */
export function memoryStorage(): OutboxStorage {
  const entries = new Map<string, OutboxEntry>();
  const kept = new Map<string, AttachmentContents>();
  return {
    load: async () => [...entries.values()],
    put: async (entry, contents) => {
      entries.set(entry.clientMessageId, entry);
      if (contents) kept.set(entry.clientMessageId, contents);
    },
    contents: async (clientMessageId) => kept.get(clientMessageId) ?? new Map(),
    remove: async (clientMessageId) => {
      entries.delete(clientMessageId);
      kept.delete(clientMessageId);
    },
  };
}
