/*
 * Tells of messages while the app is closed, and has the app's page at hand where the server cannot be reached. The page always
 * comes from the server if that answers, so that no old build is ever shown; its files are named after their content, so a
 * kept one is never old. One cache a build: the one before goes once the next is complete.
 */
'use strict';
const BASE = new URL('./', self.location.href).href;
const ASSETS = `${BASE}assets/`;
const PREFIX = 'parley-build-';
/** Of all workers of this address: while the next version of this file begins, there are two. */
const LOCK = `parley-builds ${BASE}`;
/** By these words the app's page is known: other things of this host may answer below the same address. */
const MARK = 'name="base-path"';
/** What the page names beside its assets. */
const NAMED = ['theme.js', 'start.js', 'icon.svg', 'app.webmanifest'];

self.addEventListener('install', (event) => {
  event.waitUntil(keepPage().then(() => self.skipWaiting()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(BASE)) return;
  if (request.url.startsWith(ASSETS)) event.respondWith(asset(event));
  else if (request.mode === 'navigate' && isPage(request.url)) event.respondWith(page(event));
  else if (NAMED.some((name) => request.url === BASE + name)) event.respondWith(fresh(request));
});

self.addEventListener('push', (event) => {
  event.waitUntil(tell(noticeOf(event)));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openAt(event.notification.data));
});

/** Browsers want something to be shown for each push. */
function noticeOf(event) {
  try {
    return event.data.json();
  } catch {
    return { title: 'Parley', body: 'New message' };
  }
}

/** Unless the app is in view, which shows it itself. By its tag it takes the place of the one before of the conversation. */
async function tell({ title, body, conversationId, seq }) {
  const windows = await windowsOfOurs();
  if (windows.some(({ visibilityState }) => visibilityState === 'visible')) return;
  const options = { body, tag: conversationId, renotify: conversationId !== undefined, icon: `${BASE}icon.svg` };
  await self.registration.showNotification(title, { ...options, data: { conversationId, seq } });
}

/** In a window that is there, which goes to the message without being loaded anew, else in a new one. */
async function openAt(data) {
  const path = data?.conversationId ? `c/${data.conversationId}/m/${data.seq}` : '';
  const [latest] = await windowsOfOurs();
  if (!latest) return self.clients.openWindow(BASE + path);
  if (path) latest.postMessage({ type: 'open', path: `/${path}` });
  await latest.focus();
}

/** The one that had the focus last is the first. */
async function windowsOfOurs() {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return windows.filter(({ url }) => url.startsWith(BASE) && isPage(url));
}

/** Paths of the server (apps/api/src/kernel/server-paths.ts) are none of the app's. */
function isPage(url) {
  return !/^(api|health|metrics|socket\.io|ws|stomp)([/?]|$)/.test(url.slice(BASE.length));
}

/** From the server; where that does not answer, the kept one. */
async function page(event) {
  try {
    const answer = await fetch(event.request);
    if (answer.status < 502 || answer.status > 504) {
      if (answer.ok) event.waitUntil(keep(answer.clone()).catch(() => undefined));
      return answer;
    }
    return (await kept(BASE)) ?? answer;
  } catch (fault) {
    const answer = await kept(BASE);
    if (answer) return answer;
    throw fault;
  }
}

/** A file of a build: from the cache, else from the server and then in the cache, for which the page does not wait. */
async function asset(event) {
  const { request } = event;
  const known = await kept(request.url);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) event.waitUntil(keepFile(request.url, answer.clone()).catch(() => undefined));
  return answer;
}

async function fresh(request) {
  try {
    return await fetch(request);
  } catch (fault) {
    const answer = await kept(request.url);
    if (answer) return answer;
    throw fault;
  }
}

async function keepPage() {
  const answer = await fetch(BASE, { headers: { Accept: 'text/html' }, cache: 'no-store' });
  if (answer.ok) await keep(answer);
}

/**
 * One after the other, in the order of asking. Whoever opens a cache makes it where it is not, also one that was forgotten
 * since it was listed: so caches are opened and deleted here alone, and are read by their names.
 */
function alone(act) {
  return navigator.locks.request(LOCK, act);
}

/** Keeps a page with all that it names, unless this build is kept already, and forgets the builds before. */
function keep(answer) {
  return alone(async () => {
    const text = await answer.text();
    if (!text.includes(MARK)) return;
    const name = PREFIX + (await digestOf(text));
    if ((await current()) !== name && !(await fill(name, text, answer.headers))) return;
    const others = (await caches.keys()).filter((each) => each.startsWith(PREFIX) && each !== name);
    await Promise.all(others.map((each) => caches.delete(each)));
  });
}

/** False where a file of it is not to be had. */
async function fill(name, text, headers) {
  const named = text.matchAll(/(?:src|href)="([^"]*\/assets\/[^"]+)"/g);
  const files = Array.from(named, ([, path]) => new URL(path, BASE).href);
  const all = [...files, ...NAMED.map((each) => BASE + each)];
  const answers = await Promise.all(all.map((url) => fetch(url)));
  if (answers.some(({ ok }) => !ok)) return false;
  const cache = await caches.open(name);
  await Promise.all(answers.map((each, i) => cache.put(all[i], each)));
  // By this the page knows that it was kept, and may be an old one. Last: a build without its page is not complete.
  const marked = text.replace('<html', '<html data-kept');
  await cache.put(BASE, new Response(marked, { headers }));
  return true;
}

/** With the latest build: the one whose page is being kept, if one is. */
function keepFile(url, answer) {
  return alone(async () => {
    const name = await current();
    if (name === null) return;
    const cache = await caches.open(name);
    await cache.put(url, answer);
  });
}

async function digestOf(text) {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The name of the latest cache that is complete. */
async function current() {
  for (const name of (await caches.keys()).toReversed()) {
    if (name.startsWith(PREFIX) && (await found(BASE, name))) return name;
  }
  return null;
}

async function kept(url) {
  const name = await current();
  return name === null ? undefined : found(url, name);
}

/** Undefined also where there is no such cache. */
function found(url, cacheName) {
  return caches.match(url, { cacheName });
}
