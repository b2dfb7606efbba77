import { BEARER_SUBPROTOCOL, SUBPROTOCOL } from '@parley/protocol';
import { invalid, type ParleyError } from '../../../kernel/errors.js';
import { bearerOf } from '../../../platform/http/bearer.js';
import type { Credential } from '../../connections/engine-connection.js';
import type { Beginning, Endpoint } from '../framed/endpoint.js';
import type { ReplayFrom } from './replay.js';
import { WebSocketWire } from './websocket.wire.js';

/** `/ws` for all conversations of a user, `/ws/{conversationId}` for one of them. */
const PATH = /^\/ws(?:\/([^/]*))?\/?$/;
const PARAMETERS = new Set(['token', 'ticket', 'afterSeq', 'afterVersion']);
const NUMBER = /^\d{1,15}$/;

/** JSON over a plain WebSocket. */
export const websocketEndpoint: Endpoint = {
  transport: 'websocket',
  prefix: '/ws',
  takes: ({ pathname }) => PATH.test(pathname),
  refusalOf,
  choose: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  conversationOf,
  open: (line, beginning) =>
    new WebSocketWire(line, {
      credentials: credentialsOf(beginning),
      conversationId: conversationOf(beginning.url),
      replay: replayOf(beginning.url),
    }),
};

function conversationOf({ pathname }: URL): string | null {
  return PATH.exec(pathname)?.[1]?.toLowerCase() || null;
}

function refusalOf({ url }: Beginning): ParleyError | null {
  const names = [...url.searchParams.keys()];
  const unknown = names.find((name) => !PARAMETERS.has(name));
  if (unknown !== undefined) return invalid(unknown.slice(0, 64), 'is not known here');
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return invalid(twice, 'is given twice');
  const [first, second] = names.filter((name) => name.startsWith('after'));
  if (first === undefined) return null;
  if (second !== undefined) return invalid(second, 'cannot stand beside the other one');
  if (!NUMBER.test(url.searchParams.get(first) ?? '')) return invalid(first, 'must be an integer of 0 or more');
  return conversationOf(url) === null ? invalid(first, 'needs a conversation in the path') : null;
}

function replayOf({ searchParams }: URL): ReplayFrom | null {
  const [afterSeq, afterVersion] = [searchParams.get('afterSeq'), searchParams.get('afterVersion')];
  if (afterSeq !== null) return { afterSeq: Number(afterSeq) };
  return afterVersion === null ? null : { afterVersion: Number(afterVersion) };
}

/** Everything by which the request says who is there. */
function credentialsOf({ url, headers }: Beginning): Credential[] {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  const bearers = offered.filter((each) => each.startsWith(BEARER_SUBPROTOCOL));
  const [header, parameter] = [bearerOf(headers.authorization), url.searchParams.get('token')];
  const ticket = url.searchParams.get('ticket');
  return [
    ...(header === null ? [] : [{ token: header }]),
    ...bearers.map((each) => ({ token: each.slice(BEARER_SUBPROTOCOL.length) })),
    ...(parameter === null ? [] : [{ token: parameter }]),
    ...(ticket === null ? [] : [{ ticket }]),
  ];
}
