import { backOff, listenToPage } from '@parley/client';
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { BASE_PATH } from '../api/http.js';

/** The storage key for the time of this tab's last reload because of a missing part. */
const KEY = 'parley.reloaded';
const AGAIN_AFTER_MS = 60_000;

type Load<Props> = () => Promise<{ default: ComponentType<Props> }>;

const loads: (() => Promise<unknown>)[] = [];

/**
 * A component that is fetched when it is first shown. After a failure it is fetched once the server can be reached. A
 * part that a reachable server does not have was replaced by a newer version: the page is reloaded. `isForAll: false`: few will
 * ever see it, and `fetchParts` leaves it out.
 */
export function lazyPart<Props>(
  load: Load<Props>,
  { isForAll = true } = {},
): LazyExoticComponent<ComponentType<Props>> {
  if (isForAll) loads.push(load);
  return lazy(() => load().catch(() => loadedLater(load)));
}

/** Fetches the parts that are for all, so that they can be shown without a network, too. */
export function fetchParts(): void {
  for (const load of loads) load().catch(() => undefined);
}

async function loadedLater<Props>(load: Load<Props>): ReturnType<Load<Props>> {
  for (let failures = 1; !(await isServed()); failures += 1) await pause(backOff(failures));
  try {
    return await load();
  } catch (fault) {
    if (!mayReload()) throw fault;
    location.reload();
    return new Promise(() => undefined);
  }
}

/** Whether the app's page can be fetched from Parley itself, not from a proxy in between. */
async function isServed(): Promise<boolean> {
  try {
    const answer = await fetch(`${BASE_PATH}/`, { headers: { Accept: 'text/html' }, cache: 'no-store' });
    return (await answer.text()).includes('id="root"');
  } catch {
    return false;
  }
}

/** What waits before it is fetched again. */
const waiting = new Set<() => void>();

/** Fetches what is missing now, rather than after a pause. */
export function retryParts(): void {
  for (const end of waiting) end();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    waiting.add(end);
    const timer = setTimeout(end, ms);
    const stop = listenToPage({ onWake: end, onHide: () => undefined });
    function end() {
      waiting.delete(end);
      clearTimeout(timer);
      stop();
      resolve();
    }
  });
}

/** Not twice within `AGAIN_AFTER_MS`: a page that lacks a part after the reload, too, would reload for ever. */
function mayReload(): boolean {
  try {
    if (Date.now() - Number(sessionStorage.getItem(KEY)) < AGAIN_AFTER_MS) return false;
    sessionStorage.setItem(KEY, String(Date.now()));
    return true;
  } catch {
    return false;
  }
}
