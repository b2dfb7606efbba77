import { type ErrorCode, type ErrorObject, isErrorObject } from '@parley/protocol';

/** The origin of the API: `VITE_API_URL` at build time, else that of this page. */
export const API_URL: string = (import.meta.env?.VITE_API_URL ?? '').replace(/\/$/, '');

const TIMEOUT_MS = 15_000;

/** `network`: no answer came from Parley; an answer from a proxy counts as none. */
export type Refusal = Omit<ErrorObject, 'code' | 'requestId'> & { code: ErrorCode | 'network'; requestId?: string };

export class ApiError extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }

  get code(): Refusal['code'] {
    return this.refusal.code;
  }
}

/** One request that needs no token: signing in, and refreshing by cookie. Throws `ApiError`. */
export async function requestWithoutToken<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  const { status, text } = await exchange(method, path, body);
  const answer = parsed(text);
  if (status === 204 || (status < 300 && answer)) return answer as T;
  throw isErrorObject(answer?.error) ? new ApiError(answer.error) : noAnswer();
}

/** Every answer of the server is an object. */
function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

async function exchange(method: string, path: string, body: unknown): Promise<{ status: number; text: string }> {
  // Not `AbortSignal.timeout`, which the oldest supported browsers lack.
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(`${API_URL}/api/${path}`, {
      method,
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? undefined : { 'Content-Type': 'application/json' }),
      },
      credentials: API_URL === '' ? 'same-origin' : 'include',
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: abort.signal,
    });
    return { status: response.status, text: await response.text() };
  } catch {
    throw noAnswer();
  } finally {
    clearTimeout(timer);
  }
}

/** The refusal for a request without an answer from Parley. */
export const noAnswer = () =>
  new ApiError({ code: 'network', message: 'The server cannot be reached.', retryable: true });
