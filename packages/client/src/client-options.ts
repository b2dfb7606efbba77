import type { TokenSource } from './connection/tokens.js';
import type { SocketOpener } from './connection/wire.js';
import type { CursorMove } from './model/snapshots.js';
import type { OutboxStorage } from './outbox/outbox-entry.js';

export interface ClientOptions {
  /** Where the server is, with its base path where it has one: `https://chat.example.org`, `https://example.org/chat`. */
  url: string;
  /**
   * Returns a token that is still valid; null: no user is signed in, and the client stops trying until `start` or
   * `retryNow`. Asked before each connection (`connect`), 30 s before a token ends (`expiring`), and where the server
   * refused the last one and another is needed (`refused`). A rejection counts as "not now": it is asked again later.
   */
  getToken: TokenSource;
  /** Where messages wait that are not sent yet; default: in memory. One per person: name it by their id. */
  storage?: OutboxStorage;
  /** Called with the storage's error. The message stays in memory and is sent all the same. */
  onStorageFault?: (fault: unknown) => void;
  /** Default: socket.io-client's `io`. */
  openSocket?: SocketOpener;
  /** Default: the global one. */
  fetch?: typeof fetch;
  /** Called with each move of a conversation's cursor, for logs and tests. */
  onAdvance?: (move: CursorMove) => void;
}
