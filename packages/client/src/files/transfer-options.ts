import type { ConnectionSnapshot } from '../connection/connection-snapshot.js';
import type { Http } from '../http/http.js';
import type { Subscribable } from '../subscribable.js';

/** What uploads and links need of their client. */
export interface TransferOptions {
  http: Http;
  connection: () => Subscribable<ConnectionSnapshot>;
  /** By the server's clock. */
  now: () => number;
}
