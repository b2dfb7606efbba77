import { type RequestWithoutToken, requestWithoutToken } from '@parley/client';

/** The origin of the API: `VITE_API_URL` at build time, else that of this page. */
export const API_URL: string = (import.meta.env?.VITE_API_URL ?? '').replace(/\/$/, '');

/** One request that needs no token: signing in, and refreshing by cookie. Throws `SdkError`. */
export function request<T>(path: string, body?: unknown, isExpected?: RequestWithoutToken['isExpected']): Promise<T> {
  return requestWithoutToken<T>({ url: API_URL, method: 'POST', path, body, isExpected });
}
