import { invalid, ParleyError } from '../../../kernel/errors.js';
import type { Beginning, Endpoint } from '../framed/endpoint.js';
import { StompWire } from './stomp.wire.js';
import { chooseSubprotocol } from './version-negotiation.js';

/** STOMP over WebSocket. */
export const stompEndpoint: Endpoint = {
  transport: 'stomp',
  prefix: '/stomp',
  takes: ({ pathname }) => /^\/stomp\/?$/.test(pathname),
  refusalOf,
  choose: (offered) => chooseSubprotocol(offered) ?? false,
  conversationOf: () => null,
  open: (line, beginning) => new StompWire(line, beginning),
};

function refusalOf({ url: { searchParams } }: Beginning): ParleyError | null {
  // Servers and proxies log URLs. It belongs into CONNECT.
  if (searchParams.has('token')) return new ParleyError('unauthenticated');
  const [unknown] = [...searchParams.keys()].filter((name) => name !== 'ticket');
  return unknown === undefined ? null : invalid(unknown.slice(0, 64), 'is not known here');
}
