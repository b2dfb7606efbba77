import type { ParleyClient } from '@parley/client';
import type { PushSubscriptionBody, PushSubscriptionItem, PushSubscriptions } from '@parley/protocol';
import { registerWorker, workerRegistration } from '../../api/service-worker.js';
import { authStore } from '../auth/auth.store.js';
import { pushChoice } from './push-choice.js';

const ROUTE = 'users/me/push-subscriptions';
/** What the worker may take to begin. */
const MOST_MS = 20_000;

interface Wanted {
  userId: string;
  /** Whether it says nothing but that there is a message. */
  isPrivate: boolean;
}

/** Browsers have it in secure pages alone, and some of them only of an app on the home screen. */
export function canPush(): boolean {
  try {
    return Boolean(navigator.serviceWorker) && ['PushManager', 'Notification'].every((name) => name in window);
  } catch {
    // Already to look for the worker is refused in a frame without an origin of its own.
    return false;
  }
}

/** The key to subscribe with; null where the server sends no pushes. */
export async function pushKey(client: ParleyClient): Promise<string | null> {
  return (await client.request<PushSubscriptions>('GET', ROUTE)).publicKey;
}

/**
 * Has this browser told of messages while the app is closed. Throws what the browser, by a `DOMException`, or the server refuses
 * it with. The browser must have been asked for its permission before.
 */
export function subscribe(client: ParleyClient, wanted: Wanted & { key: string }): Promise<void> {
  return inTurn(() => subscribeNow(client, wanted));
}

/**
 * Does it again where this person has chosen it here: it lasts for a time, and the server may have another key by now. What
 * somebody else has chosen here is over meanwhile. Throws as `subscribe` does.
 */
export function renew(client: ParleyClient, wanted: Wanted): Promise<void> {
  return inTurn(async () => {
    const { subscriber } = pushChoice.store.getState();
    if (subscriber === null) return;
    if (subscriber.userId !== wanted.userId) return silence();
    // With its permission the browser has given up the subscription, too.
    if (Notification.permission !== 'granted') return pushChoice.set(null);
    const key = await pushKey(client);
    if (key !== null) await subscribeNow(client, { ...wanted, key });
  });
}

/** The browser hears of nothing any more, whatever becomes of the request. */
export function unsubscribe(client: ParleyClient, userId: string): Promise<void> {
  return inTurn(async () => {
    const id = pushChoice.idOf(userId);
    pushChoice.set(null);
    await endSubscription();
    if (id !== null) await client.request('DELETE', `${ROUTE}/${id}`).catch(() => undefined);
  });
}

/**
 * Whoever uses this browser next is told nothing of who signs out, also where the server does not hear of that before long. The
 * choice stays, for when that person comes back.
 */
export function followSignOut(): void {
  if (!canPush()) return;
  authStore.subscribe(({ status }) => {
    if (status === 'signed-out') void inTurn(silence).catch(() => undefined);
  });
}

/** One after the other, in all tabs: so what was chosen last is what the server has. */
function inTurn(act: () => Promise<void>): Promise<void> {
  return navigator.locks.request('parley-push', act);
}

async function subscribeNow(client: ParleyClient, { userId, isPrivate, key }: Wanted & { key: string }): Promise<void> {
  const subscription = await subscriptionFor((await workingRegistration()).pushManager, key);
  const { keys = {} } = subscription.toJSON();
  const { id } = await client.request<PushSubscriptionItem>('POST', ROUTE, {
    endpoint: subscription.endpoint,
    p256dh: keys.p256dh ?? '',
    auth: keys.auth ?? '',
    isPrivate,
  } satisfies PushSubscriptionBody);
  pushChoice.set({ userId, id });
}

/** Not waited for without end: where the worker cannot begin, the browser never says so. */
async function workingRegistration(): Promise<ServiceWorkerRegistration> {
  await registerWorker();
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new DOMException('The service worker does not begin.', 'TimeoutError')), MOST_MS);
  });
  return Promise.race([navigator.serviceWorker.ready, late]);
}

/** Where the server has another key by now, the one by the old key is of no use. */
async function subscriptionFor(manager: PushManager, key: string): Promise<PushSubscription> {
  const known = await manager.getSubscription();
  const knownKey = known?.options.applicationServerKey;
  if (known && knownKey && base64url(knownKey) === key) return known;
  await known?.unsubscribe();
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function silence(): Promise<void> {
  const registration = await workerRegistration();
  for (const each of (await registration?.getNotifications()) ?? []) each.close();
  await endSubscription();
}

async function endSubscription(): Promise<void> {
  const registration = await workerRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

function base64url(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
