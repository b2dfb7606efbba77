import { deferred } from '../deferred.js';
import type { OutboxEntry, OutboxStorage } from './outbox-entry.js';

const STORE = 'entries';

/**
 * Keeps entries in the browser's database of this name; they survive the page and the browser. Tabs share it: each sends
 * what it finds at its start and is still there in its turn; twice is harmless, because the ids are the same. Name it by
 * the person's id.
 */
export function indexedDbStorage(name: string): OutboxStorage {
  let opened: Promise<IDBDatabase> | null = null;
  const forget = () => {
    opened = null;
  };
  const database = () => {
    opened ??= open(name, forget).catch((fault: unknown) => {
      forget();
      throw fault;
    });
    return opened;
  };
  const change = async (act: (entries: IDBObjectStore) => void): Promise<void> => {
    const transaction = (await database()).transaction(STORE, 'readwrite');
    act(transaction.objectStore(STORE));
    await completed(transaction);
  };
  return {
    load: async () => {
      const entries = (await database()).transaction(STORE).objectStore(STORE);
      return result(entries.getAll() as IDBRequest<OutboxEntry[]>);
    },
    put: (entry) => change((entries) => entries.put(entry)),
    remove: (clientMessageId) => change((entries) => entries.delete(clientMessageId)),
  };
}

async function open(name: string, onClosed: () => void): Promise<IDBDatabase> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'clientMessageId' });
  const database = await result(opening);
  // The browser may close it (the person clears the site's data), and another version of the page may want to change it.
  database.onclose = onClosed;
  database.onversionchange = () => {
    database.close();
    onClosed();
  };
  return database;
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  const { promise, resolve, reject } = deferred<T>();
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
  return promise;
}

function completed(transaction: IDBTransaction): Promise<void> {
  const { promise, resolve, reject } = deferred<void>();
  transaction.oncomplete = () => resolve();
  transaction.onabort = () => reject(transaction.error);
  return promise;
}
