import type { LoginBody, Me, RegisterBody, Session } from '@parley/protocol';
import { createStore } from 'zustand/vanilla';
import { ApiError, requestWithoutToken } from '../../api/http.js';

/**
 * Who is signed in. The access token lives in memory only; what survives a reload is the refresh cookie, which no
 * script can read.
 */
export interface AuthState {
  /** `unknown` until the cookie was tried; `unreachable` where the server did not answer that. */
  status: 'unknown' | 'unreachable' | 'signed-out' | 'signed-in';
  user: Me | null;
}

export const authStore = createStore<AuthState>(() => ({ status: 'unknown', user: null }));

/** A token with less than this left is replaced before use. */
const MARGIN_MS = 20_000;
const CHANNEL = 'parley.auth';

let token: { value: string; expiresAt: number } | null = null;
let refreshing: Promise<string | null> | null = null;
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);

/** Signs in by the refresh cookie, where there is one. Called once at the start and by "Try again". */
export async function restore(): Promise<void> {
  try {
    await refresh();
  } catch {
    authStore.setState({ status: 'unreachable' });
  }
}

/** Throws `ApiError`. */
export async function signIn(body: LoginBody): Promise<void> {
  accept(await requestWithoutToken<Session>('POST', 'auth/login', body));
}

/** Throws `ApiError`. */
export async function register(body: RegisterBody): Promise<void> {
  accept(await requestWithoutToken<Session>('POST', 'auth/register', body));
}

/** Ends the session here, on the server and in the other tabs. Signed out locally even where the server is away. */
export async function signOut(): Promise<void> {
  const ended = requestWithoutToken('POST', 'auth/logout').catch(() => undefined);
  forget();
  tabs?.postMessage('signed-out');
  await ended;
}

/** A token that is good for at least some seconds, or null when signed out. Throws `ApiError` without a network. */
export async function freshToken(): Promise<string | null> {
  if (token === null) return null;
  return token.expiresAt - Date.now() > MARGIN_MS ? token.value : refresh();
}

/** A new token, whatever the present one is worth. One request for all who ask at the same time. */
export function refresh(): Promise<string | null> {
  refreshing ??= exchangeCookie().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function exchangeCookie(): Promise<string | null> {
  try {
    const session = await requestWithoutToken<Session>('POST', 'auth/refresh');
    accept(session);
    return session.accessToken;
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.status >= 400 && thrown.status < 500 && thrown.status !== 429) {
      forget();
      return null;
    }
    throw thrown;
  }
}

function accept(session: Session): void {
  const before = authStore.getState().user;
  token = { value: session.accessToken, expiresAt: Date.now() + session.expiresIn * 1000 };
  if (before !== null && before.id !== session.user.id) {
    // Another tab signed in as somebody else: nothing shown here is theirs.
    location.assign('/');
    return;
  }
  // The same object while it is the same user: the whole signed-in app hangs on it.
  authStore.setState({ status: 'signed-in', user: before ?? session.user });
}

/** The server lets this session in no more: back to the door. */
export function endSession(): void {
  if (authStore.getState().status === 'signed-in') forget();
}

function forget(): void {
  token = null;
  authStore.setState({ status: 'signed-out', user: null });
}

tabs?.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.data === 'signed-out' && token !== null) forget();
});
