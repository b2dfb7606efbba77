import type { ErrorBody } from '@parley/protocol';
import { Refusal } from './journal.js';

interface Answered<T> {
  status: number;
  body: T;
}

/** Requests of one person, each of which ends in time. */
export class Http {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** @throws `Refusal` for an error answer; anything else where there was none. */
  async request<T>(method: string, path: string, body?: unknown, timeoutMs = 5_000): Promise<T> {
    return (await this.exchange<T>(method, path, body, timeoutMs)).body;
  }

  /** As `request`, with the answer's status. */
  async exchange<T>(method: string, path: string, body: unknown, timeoutMs: number): Promise<Answered<T>> {
    const answer = await fetch(`${this.url}/api/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await answer.text();
    if (answer.ok) return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
    throw refusalOf(text) ?? new Error(`${method} ${path}: ${answer.status}`);
  }
}

function refusalOf(text: string): Refusal | null {
  try {
    const { error } = JSON.parse(text) as Partial<ErrorBody>;
    return error ? new Refusal(error) : null;
  } catch {
    return null;
  }
}
