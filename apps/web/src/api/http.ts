import { ERRORS, type ErrorBody, type ErrorCode, type ErrorObject } from '@parley/protocol';

/** Where the API is: another origin by `VITE_API_URL` at build time, else the one that served this page. */
export const API_URL: string = (import.meta.env?.VITE_API_URL ?? '').replace(/\/$/, '');

const TIMEOUT_MS = 15_000;

/** `network`: no answer came at all. */
export type Refusal = Omit<ErrorObject, 'code' | 'requestId'> & { code: ErrorCode | 'network'; requestId?: string };

export class ApiError extends Error {
  constructor(
    readonly refusal: Refusal,
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
  ) {
    super(refusal.message);
  }

  get code(): Refusal['code'] {
    return this.refusal.code;
  }
}

/** Who knows the access token. Set once by the auth store, so that this file need not know it. */
export interface TokenSource {
  /** A token that is still good for some seconds, or null when signed out. */
  fresh(): Promise<string | null>;
  /** A token other than the refused one, or null when signed out. */
  replace(refused: string): Promise<string | null>;
}

let tokens: TokenSource | null = null;

export function provideTokens(source: TokenSource): void {
  tokens = source;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

interface Options {
  body?: unknown;
  query?: Record<string, string | number | undefined>;
  signal?: AbortSignal;
}

/** One request as whoever is signed in; a refused token is replaced once. Throws `ApiError`. */
export async function request<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const token = (await tokens?.fresh()) ?? null;
  const first = await exchange(method, path, options, token);
  if (first.status !== 401 || token === null) return read<T>(first);
  const replacement = (await tokens?.replace(token)) ?? null;
  return read<T>(replacement === null ? first : await exchange(method, path, options, replacement));
}

/** One request without a token: signing in, and refreshing by cookie. Throws `ApiError`. */
export async function requestWithoutToken<T>(method: Method, path: string, body?: unknown): Promise<T> {
  return read<T>(await exchange(method, path, { body }, null));
}

async function exchange(method: Method, path: string, options: Options, token: string | null): Promise<Response> {
  const url = new URL(`${API_URL}/api/${path}`, location.origin);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (token !== null) headers.Authorization = `Bearer ${token}`;
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await fetch(url, {
      method,
      headers,
      credentials: API_URL === '' ? 'same-origin' : 'include',
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal ? AbortSignal.any([options.signal, deadline]) : deadline,
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new ApiError({ code: 'network', message: 'The server cannot be reached.', retryable: true }, 0);
  }
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  const body: unknown = parse(text);
  if (response.ok) return body as T;
  throw new ApiError(refusalOf(response.status, body), response.status);
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    // A proxy's HTML page, say: the status tells enough.
    return undefined;
  }
}

function refusalOf(status: number, body: unknown): Refusal {
  const error = (body as Partial<ErrorBody> | undefined)?.error;
  if (error && typeof error.code === 'string') return error;
  const known = (Object.keys(ERRORS) as ErrorCode[]).find((code) => ERRORS[code].status === status);
  const code = known ?? 'internal';
  return { code, message: ERRORS[code].message, retryable: ERRORS[code].retryable };
}
