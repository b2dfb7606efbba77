import { beforeEach, expect, it, jest } from '@jest/globals';
import type { Session } from '@parley/protocol';

const BODY = { username: 'ada', password: 'not so secret' };
const refusal = (status: number, code: string, retryable: boolean) =>
  Response.json({ error: { code, message: '', retryable, requestId: 'r' } }, { status });
const session = () => Response.json({ user: { id: 'u' }, accessToken: 't', expiresIn: 900 });
const taken = () => refusal(409, 'conflict', false);

let answers: (() => Response | Promise<Response>)[] = [];
let asked: string[] = [];
let stored: Map<string, string>;

beforeEach(() => {
  asked = [];
  stored = new Map();
  jest.spyOn(globalThis, 'fetch').mockImplementation((url) => {
    asked.push(String(url).replace(/^.*\/auth\//, ''));
    const answer = answers.shift();
    return answer ? Promise.resolve(answer()) : Promise.reject(new TypeError('fetch failed'));
  });
});

/** A module of its own each time, as in a page that was just opened; the storage is that of the browser. */
async function opened() {
  jest.resetModules();
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  };
  for (const [name, value] of Object.entries({ BroadcastChannel: undefined, localStorage: storage })) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  return import('./auth.store.js');
}

it.each([
  ['lost', () => Response.error()],
  ['that the database went away, perhaps while committing,', () => refusal(503, 'service_unavailable', true)],
])('a registration repeated after an answer %s signs in to what the first one made', async (_what, first) => {
  const { authStore, register } = await opened();
  answers = [first, taken, session];
  await expect(register(BODY)).rejects.toThrow();
  await register(BODY);
  expect(asked).toEqual(['register', 'register', 'login']);
  expect(authStore.getState().status).toBe('signed-in');
});

it('a taken name is refused without signing in to that account', async () => {
  const { register } = await opened();
  answers = [taken, taken];
  await expect(register(BODY)).rejects.toMatchObject({ code: 'conflict' });
  await expect(register(BODY)).rejects.toMatchObject({ code: 'conflict' });
  expect(asked).toEqual(['register', 'register']);
});

const signedOut = () => new Response(null, { status: 204 });

it('a token that was being renewed while its user signed out signs nobody in', async () => {
  const { authStore, refresh, signIn, signOut } = await opened();
  let renew = (_answer: Response) => undefined as void;
  const renewed = new Promise<Response>((resolve) => (renew = resolve));
  answers = [session, () => renewed, signedOut];
  await signIn(BODY);
  const renewing = refresh();
  await signOut();
  renew(session());
  expect(await renewing).toBeNull();
  expect(authStore.getState().status).toBe('signed-out');
});

it('a token whose renewal is refused after its user signed out and in again ends nothing', async () => {
  const { authStore, refresh, signIn, signOut } = await opened();
  let renew = (_answer: Response) => undefined as void;
  const renewed = new Promise<Response>((resolve) => (renew = resolve));
  answers = [session, () => renewed, signedOut, session];
  await signIn(BODY);
  const renewing = refresh();
  await signOut();
  await signIn(BODY);
  renew(refusal(401, 'unauthenticated', false));
  expect(await renewing).toBeNull();
  expect(authStore.getState()).toMatchObject({ status: 'signed-in', refusal: null });
});

it('a token that is asked for while the session begins anew is that of the new one', async () => {
  const { refresh, signIn, takeNewSession } = await opened();
  let begin = (_session: Session) => undefined as void;
  const begun = new Promise<Session>((resolve) => (begin = resolve));
  answers = [session];
  await signIn(BODY);
  const taking = takeNewSession(begun);
  const renewing = refresh();
  begin({ user: { id: 'u' }, accessToken: 'anew', expiresIn: 900 } as Session);
  await taking;
  expect(await renewing).toBe('anew');
  answers = [session];
  expect(await refresh()).toBe('t');
  expect(asked).toEqual(['login', 'refresh']);
});

it('who signs out without a network is signed out when the page is next opened, on the server too', async () => {
  const before = await opened();
  answers = [session];
  await before.signIn(BODY);
  await before.signOut();
  expect(before.authStore.getState().status).toBe('signed-out');
  const { authStore, restore } = await opened();
  await expect(restore()).rejects.toMatchObject({ code: 'network' });
  expect(authStore.getState().status).toBe('signed-out');
  answers = [signedOut, session];
  await restore();
  expect(authStore.getState().status).toBe('signed-out');
  await restore();
  expect(asked).toEqual(['login', 'logout', 'logout', 'logout', 'refresh']);
});

it('who was here last is forgotten with the session, also where that was ended elsewhere', async () => {
  const { refresh, signIn } = await opened();
  answers = [session, () => refusal(401, 'unauthenticated', false)];
  await signIn(BODY);
  stored.set('parley.last-user', 'u');
  await refresh();
  expect([...stored]).toEqual([]);
});

it('who signs in after that is signed in when the page is next opened', async () => {
  const { signIn, signOut } = await opened();
  answers = [session];
  await signIn(BODY);
  await signOut();
  answers = [session];
  await signIn(BODY);
  const { authStore, restore } = await opened();
  answers = [session];
  await restore();
  expect(authStore.getState().status).toBe('signed-in');
  expect(asked).toEqual(['login', 'logout', 'login', 'refresh']);
});
