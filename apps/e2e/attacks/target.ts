import { ERRORS, type ErrorCode, type ErrorObject, isErrorObject } from '@parley/protocol';
import type { Fleet } from '@parley/testkit';
import type { Answer } from './answer.contract.js';
import { AttackSocket, type AttackSocketOptions } from './attack-socket.js';
import type { Actor, Fixture } from './fixture.js';
import { retryLimited } from './retry-limited.js';
import type { Surface } from './surface.js';
import { send, type WireRequest } from './wire.js';

export interface AskOptions {
  /** Whether it is the limit that is tried, so that it is not asked again after it. */
  isLimitTried?: boolean;
  /** Which node; 0 where missing. */
  node?: number;
  headers?: WireRequest['headers'];
}

/** A figure that a row adds to the table. */
export interface Figure {
  what: string;
  value: string;
}

/** A deployment under attack, and what it has answered since the row began. */
export class Target {
  answers: Answer[] = [];
  failures: string[] = [];
  figures: Figure[] = [];
  private sockets: AttackSocket[] = [];

  constructor(
    readonly urls: readonly string[],
    readonly fixture: Fixture,
    readonly surface: Surface,
    /** Its processes, where it was started for this. */
    readonly own: Fleet | null,
  ) {}

  url(node = 0): string {
    return this.urls[node % this.urls.length] as string;
  }

  /** A REST request below `/api`, such as `GET /users/me`; a body that is no text goes as JSON. */
  async api(by: Actor | null, request: string, body?: unknown, options: AskOptions = {}): Promise<Answer> {
    const [method, path] = request.split(/ (.*)/s, 2);
    const headers = {
      ...(by && { authorization: `Bearer ${by.token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    };
    const written = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const ask = () => this.ask({ method, path: `/api${path}`, headers, body: written }, { ...options, by });
    return options.isLimitTried ? ask() : retryLimited(ask);
  }

  /** Any request, as it is. */
  async ask(request: WireRequest, { node, by = null }: AskOptions & { by?: Actor | null } = {}): Promise<Answer> {
    const answer = await send(this.url(node), request);
    const what = `${request.method ?? 'GET'} ${request.path.slice(0, 100)} by ${by?.role ?? 'nobody'}`;
    const transport = transportAt(request.path);
    return this.note({ ...answer, what, transport, at: Date.now(), by, error: errorIn(answer.text) });
  }

  note(answer: Answer): Answer {
    this.answers.push(answer);
    return answer;
  }

  /** A socket that is connected and has its `ready`. */
  async connect(by: Actor, options: AttackSocketOptions = {}): Promise<AttackSocket> {
    const socket = this.dial(by, options);
    await socket.ready();
    return socket;
  }

  /** A socket that may be refused. */
  dial(by: Actor | null, options: AttackSocketOptions = {}): AttackSocket {
    const socket = new AttackSocket(this.url(options.node), by, (answer) => this.note(answer), options);
    this.sockets.push(socket);
    return socket;
  }

  /** What has to hold; where it does not, the row fails with this sentence. */
  must(holds: boolean, sentence: string): void {
    if (!holds) this.failures.push(sentence);
  }

  /** The answer has to be this refusal. */
  refused(answer: Answer, ...codes: ErrorCode[]): void {
    const { what, status, error } = answer;
    const fits = error !== null && codes.includes(error.code) && ERRORS[error.code].status === status;
    this.must(fits, `${what}: ${status} ${error?.code ?? answer.text.slice(0, 100)} in place of ${codes.join(' or ')}`);
  }

  /** Requests without a body, each of which has to be one of these refusals. */
  async allRefused(by: Actor, requests: readonly string[], ...codes: ErrorCode[]): Promise<void> {
    for (const request of requests) this.refused(await this.api(by, request), ...codes);
  }

  accepted({ what, status, text }: Answer): void {
    this.must(status < 300, `${what}: ${status} ${text.slice(0, 200)} in place of a success`);
  }

  figure(what: string, value: string): void {
    this.figures.push({ what, value });
  }

  /** Begins a row: nothing was answered yet. */
  begin(): void {
    this.answers = [];
    this.failures = [];
    this.figures = [];
  }

  /** Ends a row: every socket of it is closed. What they received is among the answers. */
  end(): void {
    for (const socket of this.sockets) socket.close();
    this.sockets = [];
  }
}

function transportAt(path: string): Answer['transport'] {
  if (path.startsWith('/socket.io/')) return 'socketio';
  if (/^\/stomp(\/|\?|$)/.test(path)) return 'stomp';
  return /^\/ws(\/|\?|$)/.test(path) ? 'websocket' : 'rest';
}

/** The error object in the text of an answer; null where there is none. Of an export, which is several lines, in the first. */
function errorIn(text: string): ErrorObject | null {
  if (!text.startsWith('{')) return null;
  const { error } = JSON.parse(text.split('\n', 1)[0] ?? '') as { error?: unknown };
  return isErrorObject(error) ? error : null;
}
