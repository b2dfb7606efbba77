import { type ClientOptions, indexedDbStorage } from '@parley/client';
import { API_URL, ApiError } from '../api/http.js';
import { freshToken, refresh } from '../features/auth/auth.store.js';
import { reportFault } from '../features/faults/faults.store.js';

/** The SDK as this app uses it: the session's tokens, and an outbox that outlives the page, one for each person. */
export function chatOptions(userId: string): ClientOptions {
  return {
    url: API_URL === '' ? location.origin : API_URL,
    getToken: (reason) => (reason === 'connect' ? freshToken() : refresh()).catch(refuse),
    storage: indexedDbStorage(`parley-${userId}`),
  };
}

/** What the server did not say is asked again; what this program did wrong would not go away by that. */
function refuse(fault: unknown): never {
  if (!(fault instanceof ApiError)) reportFault(fault);
  throw fault;
}
