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

/** One request that needs no token: signing in, and refreshing by cookie. Throws `ApiError`. */
export async function requestWithoutToken<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  return read<T>(await exchange(method, path, body));
}

async function exchange(method: string, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(`${API_URL}/api/${path}`, {
      method,
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? undefined : { 'Content-Type': 'application/json' }),
      },
      credentials: API_URL === '' ? 'same-origin' : 'include',
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
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
