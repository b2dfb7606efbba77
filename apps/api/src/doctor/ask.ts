import { type IncomingHttpHeaders, request as requestPlain } from 'node:http';
import { request as requestByTls } from 'node:https';
import { text } from 'node:stream/consumers';

const TIMEOUT_MS = 5_000;
const MOST_CHARACTERS = 100_000;

export interface Question {
  method?: string;
  headers?: Record<string, string>;
  /** All that is sent of it; where `content-length` says more, the rest never comes. */
  body?: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** By which port of this machine it went. */
  port: number;
}

/** By a connection of its own. Null: no answer came in time. @throws what Node says where there is no connection. */
export function ask(url: URL, { method = 'GET', headers = {}, body }: Question = {}): Promise<Answer | null> {
  const open = url.protocol === 'https:' ? requestByTls : requestPlain;
  const { promise, resolve, reject } = Promise.withResolvers<Answer | null>();
  const request = open(url, { method, headers, agent: false });
  const timer = setTimeout(() => resolve(null), TIMEOUT_MS);
  request.on('error', reject);
  request.on('response', (response) => {
    const { statusCode: status = 0, headers: answered } = response;
    const port = request.socket?.localPort ?? 0;
    text(response).then(
      (all) => resolve({ status, headers: answered, port, text: all.slice(0, MOST_CHARACTERS) }),
      reject,
    );
  });
  request.write(body ?? '');
  if (headers['content-length'] === undefined) request.end();
  return promise.finally(() => {
    clearTimeout(timer);
    request.destroy();
  });
}
