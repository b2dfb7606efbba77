import { type ClientOptions, indexedDbStorage } from '@parley/client';
import { API_URL } from '../api/http.js';
import { freshToken, refresh } from '../features/auth/auth.store.js';

/** The SDK as this app uses it: the session's tokens, and an outbox that outlives the page, one for each person. */
export function chatOptions(userId: string): ClientOptions {
  return {
    url: API_URL === '' ? location.origin : API_URL,
    getToken: (reason) => (reason === 'connect' ? freshToken() : refresh()),
    storage: indexedDbStorage(`parley-${userId}`),
  };
}
