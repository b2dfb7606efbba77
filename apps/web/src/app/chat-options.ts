import { type ClientOptions, indexedDbStorage, SdkError } from '@parley/client';
import { API_URL } from '../api/http.js';
import { outboxName } from '../api/outbox-name.js';
import { freshToken, refresh } from '../features/auth/auth.store.js';
import { reportFault } from '../features/faults/faults.store.js';

/** The SDK's options: the session's tokens, and an outbox that outlives the page, one per user. */
export function chatOptions(userId: string): ClientOptions {
  return {
    url: new URL(API_URL, location.origin).href,
    getToken: (reason) => (reason === 'connect' ? freshToken() : refresh()).catch(refuse),
    storage: indexedDbStorage(outboxName(userId)),
  };
}

/** A request without an answer is retried; a fault of this program would only be repeated. */
function refuse(fault: unknown): never {
  if (!(fault instanceof SdkError)) reportFault(fault);
  throw fault;
}
