import type { ErrorBody, ErrorObject } from '@parley/protocol';

export interface Answer<Body = unknown> {
  status: number;
  headers: Headers;
  text: string;
  /** Parsed where the text is an object; the text itself where it is not. */
  body: Body;
}

/** An error answer of the server. */
export class Refusal extends Error {
  constructor(
    readonly error: ErrorObject,
    what = '',
  ) {
    super(`${what}${error.code}: ${error.message} ${JSON.stringify(error.details ?? [])}`);
  }
}

/** REST requests as one user. */
export class HttpClient {
  constructor(
    readonly url: string,
    public token: string,
  ) {}

  /**
   * A request below `/api` and its answer, whatever its status; a body that is no text goes as JSON. Without a timeout
   * it takes as long as the server does.
   */
  async call<Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    { url = this.url, timeoutMs }: { url?: string; timeoutMs?: number } = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
      signal: timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text, response.headers) as Body };
  }

  /** As `call`, of a request that has to succeed. @throws `Refusal` for an error of the server's. */
  async succeed<Body>(method: string, path: string, body?: unknown, timeoutMs?: number): Promise<Answer<Body>> {
    const answer = await this.call<Body>(method, path, body, { timeoutMs });
    if (answer.status < 300) return answer;
    const error = (answer.body as Partial<ErrorBody> | undefined)?.error;
    if (error) throw new Refusal(error, `${method} ${path}: ${answer.status} `);
    throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  }

  /** The body of a success; undefined where it has none. */
  async request<Body>(method: string, path: string, body?: unknown, timeoutMs?: number): Promise<Body> {
    return (await this.succeed<Body>(method, path, body, timeoutMs)).body;
  }
}

function parsed(text: string, headers: Headers): unknown {
  if (text === '') return undefined;
  const isLines = headers.get('content-type') === 'application/x-ndjson';
  return text.startsWith('{') && !isLines ? JSON.parse(text) : text;
}
