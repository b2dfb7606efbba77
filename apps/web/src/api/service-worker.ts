import { BASE_PATH } from './http.js';

/** Rejects where there can be none, as in some browsers' private windows. What is there already stays. */
export const registerWorker = (): Promise<ServiceWorkerRegistration> =>
  navigator.serviceWorker.register(`${BASE_PATH}/sw.js`);

/** Undefined where there is none so far. */
export const workerRegistration = (): Promise<ServiceWorkerRegistration | undefined> =>
  navigator.serviceWorker.getRegistration(`${BASE_PATH}/`);
