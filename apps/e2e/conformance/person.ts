import type { ErrorBody, ErrorObject, Message } from '@parley/protocol';
import type { Coverage } from './coverage.js';
import { Line, type LineOptions } from './line.js';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** Where somebody is: the nodes, the first of which takes this one's requests. */
export interface Place {
  urls: readonly string[];
  coverage: Coverage;
  /** Told of every line, so that it is looked at and closed in the end. */
  opened(line: Line): void;
}

/** Somebody with a token. Requests go to a node of their own, and each further device is on the next node. */
export class Person {
  private devices = 0;

  constructor(
    private readonly place: Place,
    readonly id: string,
    readonly username: string,
    public token: string,
  ) {}

  get url(): string {
    return this.place.urls[0] ?? '';
  }

  /** A device that is connected and has its `ready`. */
  async connect(options: LineOptions = {}): Promise<Line> {
    const line = this.dial(options);
    await line.ready();
    return line;
  }

  /** A device that is about to connect, to the next node or the one named. */
  dial(options: LineOptions = {}, url = this.nextNode()): Line {
    const line = new Line(url, this.place.coverage, { auth: { token: this.token }, ...options });
    this.place.opened(line);
    return line;
  }

  get = <T>(path: string): Promise<T> => this.ask<T>('GET', path);
  post = <T>(path: string, body?: unknown): Promise<T> => this.ask<T>('POST', path, body);
  patch = <T>(path: string, body: unknown): Promise<T> => this.ask<T>('PATCH', path, body);
  delete = <T>(path: string): Promise<T> => this.ask<T>('DELETE', path);

  say(conversationId: string, content: string, more: object = {}): Promise<Message> {
    return this.post(`/conversations/${conversationId}/messages`, { content, ...more });
  }

  /** A request that has to be refused: the status and the error. */
  async refused(method: string, path: string, body?: unknown): Promise<ErrorObject & { status: number }> {
    const { status, text } = await this.call(method, path, body);
    if (status < 400) throw new Error(`${method} ${path} was not refused: ${status} ${text}`);
    return { status, ...(JSON.parse(text) as ErrorBody).error };
  }

  /** A request below `/api`, to one's own node or the one named; a body that is no text goes as JSON. */
  async call(method: string, path: string, body?: unknown, url = this.url): Promise<Answer> {
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  private nextNode(): string {
    const url = this.place.urls[this.devices % this.place.urls.length] ?? '';
    this.devices += 1;
    return url;
  }

  private async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, text } = await this.call(method, path, body);
    if (status > 299) throw new Error(`${method} ${path} was refused: ${status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}
