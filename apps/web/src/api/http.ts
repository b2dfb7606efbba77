import { type RequestWithoutToken, requestWithoutToken } from '@parley/client';

/** The path that the app is below, as the server says in the page; '' at the root. Tests have no page. */
export const BASE_PATH: string =
  globalThis.document?.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content ?? '';

/** Where the server is: `VITE_API_URL` at build time, else where this page is. */
export const API_URL: string = (import.meta.env?.VITE_API_URL ?? '').replace(/\/$/, '') || BASE_PATH;

/** One request that needs no token: signing in, and refreshing by cookie. Throws `SdkError`. */
export function request<T>(path: string, body?: unknown, isExpected?: RequestWithoutToken['isExpected']): Promise<T> {
  return requestWithoutToken<T>({ url: API_URL, method: 'POST', path, body, isExpected });
}
