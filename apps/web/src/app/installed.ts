import { BASE_PATH } from '../api/http.js';

/** Has the page at hand without a network from now on, where the browser can. */
export function keepPage(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register(`${BASE_PATH}/sw.js`).catch(() => undefined);
}
