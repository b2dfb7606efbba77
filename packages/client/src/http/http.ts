import { isErrorObject } from '@parley/protocol';
import { isDefect } from '../call-safely.js';
import { isOfToken, type Tokens } from '../connection/tokens.js';
import { SdkError } from '../sdk-error.js';
import { InactivityTimeout } from './inactivity-timeout.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpOptions {
  /** Origin of the server. */
  url: string;
  tokens: Tokens;
  fetch?: typeof fetch;
}

/** The longest pause between two parts of an answer. */
const TIMEOUT_MS = 20_000;

/** The REST API, as the person whose tokens these are. */
export class Http {
  readonly #base: string;

  constructor(private readonly options: HttpOptions) {
    this.#base = `${options.url.replace(/\/+$/, '')}/api/`;
  }

  /**
   * One request below `/api`; a body goes as JSON. A token that was refused is replaced once and the request repeated.
   * Rejects with the server's refusal, `timeout` after 20 s in which nothing came, and `network` where no answer of the server's came: what
   * something on the way says instead (a proxy, a sign-in page of the network) is not taken for its word.
   */
  async request<T>(method: HttpMethod, path: string, body?: unknown, how: How = {}): Promise<T> {
    const { tokens } = this.options;
    const token = await this.#bring(tokens.current());
    try {
      return read(await this.#exchange(method, path, { body, token, ...how }), how) as T;
    } catch (fault) {
      if (!(fault instanceof SdkError && isOfToken(fault))) throw fault;
    }
    const other = await this.#bring(tokens.replace(token));
    return read(await this.#exchange(method, path, { body, token: other, ...how }), how) as T;
  }

  async #bring(asked: Promise<string | null>): Promise<string> {
    const token = await asked.catch((cause: unknown) => {
      if (isDefect(cause)) throw cause;
      throw new SdkError('network', `No token could be had: ${String(cause)}`);
    });
    if (token === null) throw new SdkError('unauthenticated', 'Nobody is signed in.', { retryable: false });
    return token;
  }

  async #exchange(
    method: HttpMethod,
    path: string,
    { body, token, onBytes }: How & { body: unknown; token: string },
  ): Promise<Answer> {
    const headers: Record<string, string> = { accept: 'application/json', authorization: `Bearer ${token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const ask = this.options.fetch ?? fetch;
    const given = body === undefined ? undefined : JSON.stringify(body);
    // Not `AbortSignal.timeout`, which is newer than the browsers of 2023, and would not start anew.
    const abort = new AbortController();
    const timeout = new InactivityTimeout(TIMEOUT_MS, () => abort.abort(new DOMException('', 'TimeoutError')));
    try {
      const response = await ask(this.#base + path.replace(/^\/+/, ''), {
        method,
        headers,
        body: given,
        signal: abort.signal,
      });
      const text = await textOf(response, () => {
        timeout.renew();
        onBytes?.();
      });
      return { status: response.status, text };
    } catch (cause) {
      if (isDefect(cause)) throw cause;
      if ((cause as Error | undefined)?.name === 'TimeoutError') {
        throw new SdkError('timeout', 'The server did not answer in time.');
      }
      throw new SdkError('network', 'The server cannot be reached.');
    } finally {
      timeout.end();
    }
  }
}

/** Whether the body of a success is one of the server's. */
export type Expectation = (body: Record<string, unknown>) => boolean;

interface How {
  isExpected?: Expectation;
  /** A part of the answer has come. */
  onBytes?: () => void;
}

interface Answer {
  status: number;
  text: string;
}

function read({ status, text }: Answer, { isExpected }: How): unknown {
  if (status === 204) return undefined;
  const body = parsed(text);
  if (status < 300 && body && (isExpected?.(body) ?? true)) return body;
  if (isErrorObject(body?.error)) throw SdkError.from(body.error);
  throw new SdkError('network', `Something else than the server answered, with the status ${status}.`);
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
