import { deferred } from '../deferred.js';
import type { AttachmentContents, OutboxEntry, OutboxStorage } from './outbox-entry.js';

const ENTRIES = 'entries';
/** Contents of attachments, by `[clientMessageId, clientUploadId]`. */
const CONTENTS = 'contents';

/** A content where the browser stores no Blob, as in private windows of WebKit. */
interface Bytes {
  type: string;
  bytes: ArrayBuffer;
}

/**
 * Keeps entries in the browser's database of this name; they survive the page and the browser. Tabs share it: each sends
 * what it finds at its start and is still there in its turn; twice is harmless, because the ids are the same. Name it by
 * the person's id.
 */
export function indexedDbStorage(name: string): OutboxStorage {
  const others = new BroadcastChannel(name);
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
  const change = async (act: (entries: IDBObjectStore, contents: IDBObjectStore) => void): Promise<void> => {
    const transaction = (await database()).transaction([ENTRIES, CONTENTS], 'readwrite');
    act(transaction.objectStore(ENTRIES), transaction.objectStore(CONTENTS));
    await completed(transaction);
  };
  const put = (entry: OutboxEntry, given: Iterable<[string, Blob | Bytes]>) =>
    change((entries, contents) => {
      // Contents first: where WebKit refuses a Blob after it has put something else, the transaction never ends.
      for (const [id, content] of given) contents.put(content, [entry.clientMessageId, id]);
      entries.put(entry);
    });
  return {
    load: async () => {
      const entries = (await database()).transaction(ENTRIES).objectStore(ENTRIES);
      return result(entries.getAll() as IDBRequest<OutboxEntry[]>);
    },
    put: async (entry, given = NONE) => {
      try {
        await put(entry, given);
      } catch (fault) {
        if (given.size === 0 || isFull(fault)) throw fault;
        await put(entry, await Promise.all([...given].map(asBytes)));
      }
    },
    contents: async (clientMessageId) => {
      const contents = (await database()).transaction(CONTENTS).objectStore(CONTENTS);
      const all = allOf(clientMessageId);
      const [keys, values] = await Promise.all([
        result(contents.getAllKeys(all)),
        result(contents.getAll(all) as IDBRequest<(Blob | Bytes)[]>),
      ]);
      return new Map(keys.map((key, i) => [(key as string[])[1], asBlob(values[i] as Blob)]) as [string, Blob][]);
    },
    remove: async (clientMessageId) => {
      await change((entries, contents) => {
        entries.delete(clientMessageId);
        contents.delete(allOf(clientMessageId));
      });
      others.postMessage(clientMessageId);
    },
    onRemoved: (listener) => others.addEventListener('message', ({ data }) => listener(data as string)),
  };
}

const NONE: AttachmentContents = new Map();

const allOf = (clientMessageId: string) => IDBKeyRange.bound([clientMessageId], [clientMessageId, []]);

const isFull = (fault: unknown): boolean => (fault as Error | null)?.name === 'QuotaExceededError';

const asBytes = async ([id, content]: [string, Blob]): Promise<[string, Bytes]> => [
  id,
  { type: content.type, bytes: await content.arrayBuffer() },
];

const asBlob = (kept: Blob | Bytes): Blob =>
  kept instanceof Blob ? kept : new Blob([kept.bytes], { type: kept.type });

async function open(name: string, onClosed: () => void): Promise<IDBDatabase> {
  const opening = indexedDB.open(name, 2);
  opening.onupgradeneeded = ({ oldVersion }) => {
    const made = opening.result;
    if (oldVersion < 1) made.createObjectStore(ENTRIES, { keyPath: 'clientMessageId' });
    made.createObjectStore(CONTENTS);
  };
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
