import { isErrorObject } from '@parley/protocol';
import { isDefect } from '../call-safely.js';
import { isOfToken, type Tokens } from '../connection/tokens.js';
import { retryLimited } from '../retry-limited.js';
import { SdkError } from '../sdk-error.js';
import { InactivityTimeout } from './inactivity-timeout.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpOptions {
  /** Where the server is, with its base path. */
  url: string;
  tokens: Tokens;
  fetch?: typeof fetch;
}

/** The longest pause between two parts of an answer. */
const TIMEOUT_MS = 20_000;

/** The REST API, as the person whose tokens these are. */
export class Http {
  constructor(readonly options: HttpOptions) {}

  /**
   * One request below `/api`; a body goes as JSON. A token that was refused is replaced once and the request repeated; one
   * that came too fast is repeated after the wait that the server told.
   * Rejects as `requestWithoutToken` does.
   */
  request<T>(method: HttpMethod, path: string, body?: unknown, how: How = {}): Promise<T> {
    const { url, fetch } = this.options;
    return this.authorized((token) => retryLimited(() => exchange<T>({ url, fetch, method, path, body, token }, how)));
  }

  /** What `send` does with a token; once more with another where that is refused. */
  async authorized<T>(send: (token: string) => Promise<T>): Promise<T> {
    const { tokens } = this.options;
    const token = await this.#bring(tokens.current());
    try {
      return await send(token);
    } catch (fault) {
      if (!(fault instanceof SdkError && isOfToken(fault))) throw fault;
    }
    return send(await this.#bring(tokens.replace(token)));
  }

  async #bring(asked: Promise<string | null>): Promise<string> {
    const token = await asked.catch((cause: unknown) => {
      if (isDefect(cause)) throw cause;
      throw new SdkError('network', `No token: ${String(cause)}`);
    });
    if (token === null) throw new SdkError('unauthenticated', 'Nobody is signed in.', { retryable: false });
    return token;
  }
}

export interface RequestWithoutToken {
  /** Where the server is, with its base path; '' is the origin of the page. */
  url: string;
  method: HttpMethod;
  /** Below `/api`. */
  path: string;
  /** Goes as JSON. */
  body?: unknown;
  /** Default: the global one. */
  fetch?: typeof fetch;
  /** Whether the body of a success is one of the server's. */
  isExpected?: Expectation;
}

/**
 * A request without a session, such as signing in; a browser sends and takes its cookies. Rejects with the server's
 * refusal, `timeout` after 20 s in which nothing came, and `network` where no answer of the server's came: an answer of
 * something on the way (a proxy, a sign-in page of the network) is not taken for the server's.
 */
export function requestWithoutToken<T>({ isExpected, ...request }: RequestWithoutToken): Promise<T> {
  return exchange<T>({ ...request, credentials: 'include' }, { isExpected });
}

interface Exchange extends Omit<RequestWithoutToken, 'isExpected'> {
  token?: string;
  credentials?: 'include';
}

async function exchange<T>(request: Exchange, { isExpected, onBytes }: How): Promise<T> {
  const { method, body, credentials } = request;
  const ask = request.fetch ?? fetch;
  const given = body === undefined ? undefined : JSON.stringify(body);
  // Not `AbortSignal.timeout`, which is newer than the browsers of 2023, and would not start anew.
  const abort = new AbortController();
  const timeout = new InactivityTimeout(TIMEOUT_MS, () => abort.abort(new DOMException('', 'TimeoutError')));
  const renew = () => {
    timeout.renew();
    onBytes?.();
  };
  try {
    const init = { method, headers: headersOf(request), credentials, body: given, signal: abort.signal };
    const response = await ask(urlOf(request), init);
    return read(response.status, await textOf(response, renew), isExpected) as T;
  } catch (cause) {
    throw faultOf(cause);
  } finally {
    timeout.end();
  }
}

export function urlOf({ url, path }: Pick<Exchange, 'url' | 'path'>): string {
  return `${url.replace(/\/+$/, '')}/api/${path.replace(/^\/+/, '')}`;
}

export function headersOf({ token, body }: Pick<Exchange, 'token' | 'body'>): Record<string, string> {
  return {
    accept: 'application/json',
    ...(token === undefined ? undefined : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? undefined : { 'content-type': 'application/json' }),
  };
}

/** What went wrong on the way; a refusal and a defect stay what they are. */
export function faultOf(cause: unknown): unknown {
  if (cause instanceof SdkError || isDefect(cause)) return cause;
  if ((cause as Error | undefined)?.name === 'TimeoutError') {
    return new SdkError('timeout', 'No answer in time.');
  }
  return new SdkError('network', 'No answer.');
}

/** Whether the body of a success is one of the server's. */
export type Expectation = (body: Record<string, unknown>) => boolean;

interface How {
  isExpected?: Expectation;
  /** A part of the answer has come. */
  onBytes?: () => void;
}

/** The body of a success. @throws the server's refusal, or `network` where something else answered. */
export function read(status: number, text: string, isExpected: Expectation = () => true): unknown {
  if (status === 204) return undefined;
  const body = parsed(text);
  if (status < 300 && body && isExpected(body)) return body;
  if (isErrorObject(body?.error)) throw SdkError.from(body.error);
  throw new SdkError('network', `Something else answered: ${status}.`);
}

/** Every answer of the server is an object. */
function parsed(text: string): Record<string, unknown> | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' ? (body as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

async function textOf(response: Response, onBytes: () => void): Promise<string> {
  // Another `fetch` than a browser's may have no stream of the web's kind.
  const reader = response.body?.getReader?.();
  if (!reader) return response.text();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    onBytes();
  }
}
