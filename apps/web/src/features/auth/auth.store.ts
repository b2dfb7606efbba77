import { SdkError } from '@parley/client';
import type { LoginBody, Me, NoSession, RefreshBody, RegisterBody, ResetPasswordBody, Session } from '@parley/protocol';
import { createStore } from 'zustand/vanilla';
import { BASE_PATH, request } from '../../api/http.js';
import { isFinal, isOfAddress } from '../../api/sentences.js';
import { setLastUser } from './last-user.js';
import { isSignOutPending, setSignOutPending } from './pending-sign-out.js';

/**
 * Who is signed in. The access token lives in memory only; what survives a reload is the refresh cookie, which no
 * script can read.
 */
export interface AuthState {
  /** `unknown` until the server has answered for the refresh cookie. */
  status: 'unknown' | 'signed-out' | 'signed-in';
  user: Me | null;
  /** Why it is still unknown: the refusal of the latest request. */
  refusal: SdkError | null;
  /** Whether the server refuses the address of this page. */
  isAddressRefused: boolean;
}

export const authStore = createStore<AuthState>(() => ({
  status: 'unknown',
  user: null,
  refusal: null,
  isAddressRefused: false,
}));

/** How long somebody who was refused waits for a session that begins anew. */
const ANEW_MS = 5_000;
/** A token with less than this left is replaced before use. */
const MARGIN_MS = 20_000;
const CHANNEL = 'parley.auth';

let token: { value: string; expiresAt: number } | null = null;
let refreshing: Promise<string | null> | null = null;
/** Settles once a session that is to begin anew has, or has not; null where none is to. */
let beginning: Promise<unknown> | null = null;
/** How many sessions have ended in this page. */
let endings = 0;
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);

/**
 * Signs in by the refresh cookie, where there is one, unless its user has signed out: then the session is ended. Throws
 * `SdkError` where the server gives no answer.
 */
export async function restore(): Promise<void> {
  if (isSignOutPending()) {
    forget();
    return endOnServer();
  }
  const body: RefreshBody = { isOptional: true };
  await refresh(body);
}

/** Throws `SdkError`. */
export async function signIn(body: LoginBody): Promise<void> {
  begin(await request<Session>('auth/login', body, isSession));
}

/** The username of the last registration whose answer was lost: the account may exist. */
let unsure: string | null = null;

/** Throws `SdkError`. Repeated after a lost answer, it signs in to the account that the first request created. */
export async function register(body: RegisterBody): Promise<void> {
  try {
    begin(await request<Session>('auth/register', body, isSession));
    unsure = null;
  } catch (thrown) {
    const isMade = thrown instanceof SdkError && thrown.code === 'conflict' && unsure === body.username;
    // Also after a 5xx: the database may have failed during the commit.
    if (!isFinal(thrown)) unsure = body.username;
    if (!isMade) throw thrown;
    await signIn({ username: body.username, password: body.password }).catch(() => {
      throw thrown;
    });
  }
}

/** Sets a new password by a link, and signs in. Throws `SdkError`. */
export async function resetPassword(body: ResetPasswordBody): Promise<void> {
  begin(await request<Session>('auth/reset', body, isSession));
}

/**
 * Goes on with the session that this request answers. The server ends the present one before the answer is here, and whoever
 * is refused meanwhile waits for it. Throws `SdkError`.
 */
export async function takeNewSession(asked: Promise<Session>): Promise<void> {
  const taken = asked.then(accept);
  // Not for ever, as the request itself may need a new token.
  const waited = new Promise((resolve) => setTimeout(resolve, ANEW_MS));
  const settled: Promise<unknown> = Promise.race([taken, waited])
    .catch(() => undefined)
    .finally(() => {
      if (beginning === settled) beginning = null;
    });
  beginning = settled;
  await taken;
}

/**
 * Ends the session here, in the other tabs and on the server; there later, when the page is next opened, where the server
 * cannot be reached.
 */
export async function signOut(): Promise<void> {
  setSignOutPending(true);
  const ended = endOnServer().catch(() => undefined);
  forget();
  tabs?.postMessage('signed-out');
  await ended;
}

/** The answer also removes the cookie. Throws `SdkError` where it may still be there. */
async function endOnServer(): Promise<void> {
  await request('auth/logout').catch((thrown: unknown) => {
    if (!isFinal(thrown)) throw thrown;
  });
  setSignOutPending(false);
}

/** A token that is valid for some seconds more, or null when signed out. Throws `SdkError` without a network. */
export async function freshToken(): Promise<string | null> {
  if (token === null) return null;
  return token.expiresAt - Date.now() > MARGIN_MS ? token.value : refresh();
}

/** A new token, also where the present one is still valid. Concurrent callers share one request. */
export function refresh(body?: RefreshBody): Promise<string | null> {
  refreshing ??= exchangeCookie(body).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** Only an error body of Parley's own ends the session; any other response counts as none and is retried. */
async function exchangeCookie(body?: RefreshBody): Promise<string | null> {
  const before = endings;
  const held = token;
  if (beginning !== null) {
    await beginning;
    if (endings !== before) return null;
    if (token !== null && token !== held) return token.value;
  }
  try {
    const answer = await request<Session | NoSession>('auth/refresh', body, isAnswer);
    // The answer belongs to a session that was ended meanwhile, here or in another tab.
    if (endings !== before) return null;
    if (!('session' in answer)) {
      accept(answer);
      return answer.accessToken;
    }
  } catch (thrown) {
    if (endings !== before) return null;
    const refusal = thrown instanceof SdkError ? thrown : null;
    authStore.setState({ refusal, isAddressRefused: refusal !== null && isOfAddress(refusal) });
    if (refusal?.code !== 'unauthenticated' && refusal?.code !== 'token_expired') throw thrown;
  }
  forget();
  return null;
}

/** What answers of the server contain: a proxy's may be JSON, too. */
function isSession({ accessToken, user }: Record<string, unknown>): boolean {
  return typeof accessToken === 'string' && typeof (user as Partial<Me> | null)?.id === 'string';
}

function isAnswer(body: Record<string, unknown>): boolean {
  return body.session === null || isSession(body);
}

/** Takes a session that the user asked for, whose cookie replaces that of a session still to be signed out of. */
function begin(session: Session): void {
  setSignOutPending(false);
  accept(session);
}

function accept(session: Session): void {
  const before = authStore.getState().user;
  token = { value: session.accessToken, expiresAt: Date.now() + session.expiresIn * 1000 };
  if (before !== null && before.id !== session.user.id) {
    // Another tab signed in as somebody else: what is shown here belongs to the previous user.
    location.assign(`${BASE_PATH}/`);
    return;
  }
  // The object is replaced only with the user: the whole signed-in app depends on its identity.
  authStore.setState({ status: 'signed-in', user: before ?? session.user, refusal: null, isAddressRefused: false });
}

/** The server accepts this session no more: the app shows the sign-in page. */
export function endSession(): void {
  if (authStore.getState().status === 'signed-in') forget();
}

function forget(): void {
  endings += 1;
  token = null;
  setLastUser(null);
  authStore.setState({ status: 'signed-out', user: null, refusal: null, isAddressRefused: false });
}

tabs?.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.data === 'signed-out' && token !== null) forget();
});
