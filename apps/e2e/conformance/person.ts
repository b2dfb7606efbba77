import type { ErrorBody, ErrorObject, Message } from '@parley/protocol';
import { type Answer, TestUser } from '@parley/testkit';
import type { Coverage } from './coverage.js';
import type { Device, DeviceListener, DeviceOptions } from './device.contract.js';
import { Line } from './line.js';

/** Opens a device of the transport that is tried. */
export type Connect = (url: string, options: DeviceOptions, listener: DeviceListener) => Device;

/** A user's nodes; the first serves the user's requests. */
export interface Place {
  urls: readonly string[];
  coverage: Coverage;
  connect: Connect;
  /** Called with every line, so that it is checked and closed in the end. */
  opened(line: Line): void;
}

/** A user with a token. Requests go to the user's own node, and each further device is on the next node. */
export class Person extends TestUser {
  private devices = 0;

  constructor(
    private readonly place: Place,
    id: string,
    username: string,
    token: string,
  ) {
    super(place.urls[0] ?? '', id, username, token);
  }

  /** A device that is connected and has its `ready`. */
  async connect(options: DeviceOptions = {}): Promise<Line> {
    const line = this.dial(options);
    await line.ready();
    return line;
  }

  /** A device that is about to connect, to the next node or the one named. */
  dial(options: DeviceOptions = {}, url = this.nextNode()): Line {
    const all = { auth: { token: this.token }, ...options };
    const line = new Line(this.place.coverage, (listener) => this.place.connect(url, all, listener));
    this.place.opened(line);
    return line;
  }

  override async call<Body>(
    method: string,
    path: string,
    ...rest: [body?: unknown, options?: { url?: string; timeoutMs?: number }]
  ): Promise<Answer<Body>> {
    const answer = await super.call<Body>(method, path, ...rest);
    this.place.coverage.contract.answered({ method, path, ...answer });
    return answer;
  }

  get = <T>(path: string): Promise<T> => this.request('GET', path);
  post = <T>(path: string, body?: unknown): Promise<T> => this.request('POST', path, body);
  patch = <T>(path: string, body: unknown): Promise<T> => this.request('PATCH', path, body);
  delete = <T>(path: string): Promise<T> => this.request('DELETE', path);

  say(conversationId: string, content: string, more: object = {}): Promise<Message> {
    return this.post(`/conversations/${conversationId}/messages`, { content, ...more });
  }

  /** A request that has to be refused: the status and the error. */
  async refused(method: string, path: string, body?: unknown): Promise<ErrorObject & { status: number }> {
    const { status, text, body: answered } = await this.call<ErrorBody>(method, path, body);
    if (status < 400) throw new Error(`${method} ${path} was not refused: ${status} ${text}`);
    return { status, ...answered.error };
  }

  private nextNode(): string {
    const url = this.place.urls[this.devices % this.place.urls.length] ?? '';
    this.devices += 1;
    return url;
  }
}
