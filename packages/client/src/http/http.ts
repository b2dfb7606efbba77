import type { ErrorBody, ErrorCode } from '@parley/protocol';
import type { Tokens } from '../connection/tokens.js';
import { SdkError } from '../sdk-error.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpOptions {
  /** Origin of the server. */
  url: string;
  tokens: Tokens;
  fetch?: typeof fetch;
}

const PATIENCE_MS = 20_000;

/** The REST door, as the person whose tokens these are. */
export class Http {
  readonly #base: string;

  constructor(private readonly options: HttpOptions) {
    this.#base = `${options.url.replace(/\/+$/, '')}/api/`;
  }

  /**
   * One request below `/api`; a body goes as JSON. A token that was refused is replaced once and the request repeated.
   * Rejects with the server's refusal, with `network` where no answer came, `timeout` after 20 s.
   */
  async request<T>(method: HttpMethod, path: string, body?: unknown): Promise<T> {
    const { tokens } = this.options;
    const token = await this.#bring(tokens.current());
    const first = await this.#exchange(method, path, { body, token });
    if (first.response.status !== 401) return read(first) as T;
    const other = await this.#bring(tokens.replace(token));
    return read(await this.#exchange(method, path, { body, token: other })) as T;
  }

  async #bring(asked: Promise<string | null>): Promise<string> {
    const token = await asked.catch((cause: unknown) => {
      throw new SdkError('network', `No token could be had: ${String(cause)}`);
    });
    if (token === null) throw new SdkError('unauthenticated', 'Nobody is signed in.', { retryable: false });
    return token;
  }

  async #exchange(
    method: HttpMethod,
    path: string,
    { body, token }: { body: unknown; token: string },
  ): Promise<Answer> {
    const headers: Record<string, string> = { accept: 'application/json', authorization: `Bearer ${token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const ask = this.options.fetch ?? fetch;
    try {
      const response = await ask(this.#base + path.replace(/^\/+/, ''), {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return { response, text: await response.text() };
    } catch (cause) {
      if ((cause as Error | undefined)?.name === 'TimeoutError') {
        throw new SdkError('timeout', 'The server did not answer in time.');
      }
      throw new SdkError('network', 'The server cannot be reached.');
    }
  }
}

/** What the statuses of others mean, where repeating does not help. The table of the protocol is large. */
const CODES: Partial<Record<number, ErrorCode>> = {
  400: 'validation_failed',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
};

interface Answer {
  response: Response;
  text: string;
}

function read({ response, text }: Answer): unknown {
  const body = parsed(text);
  if (response.ok) return body;
  const error = (body as Partial<ErrorBody> | undefined)?.error;
  if (typeof error?.code === 'string') throw SdkError.from(error);
  // Not from Parley itself: a proxy's page, say. The status has to do.
  const code = CODES[response.status];
  throw new SdkError(code ?? 'service_unavailable', `The server answered with the status ${response.status}.`, {
    retryable: code === undefined,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
