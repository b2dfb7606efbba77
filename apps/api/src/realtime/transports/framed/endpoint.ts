import type { IncomingHttpHeaders } from 'node:http';
import type { ParleyError } from '../../../kernel/errors.js';
import type { Line, Wire } from './wire.js';

/** The request that a connection began with. */
export interface Beginning {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

/** Where WebSocket connections of a transport begin. */
export interface Endpoint {
  /** As reports name the transport. */
  readonly transport: string;
  /** What the paths of all of its addresses begin with. */
  readonly prefix: string;
  /** Whether this address is its own. */
  takes(url: URL): boolean;
  /** Why it does not serve this request, before the upgrade; null where it does. The origin is looked at elsewhere. */
  refusalOf(beginning: Beginning): ParleyError | null;
  /** Which of the subprotocols that a client offers is spoken; false for none. */
  choose(offered: ReadonlySet<string>): string | false;
  /** The only conversation that connections to this address are about; null where there is none. */
  conversationOf(url: URL): string | null;
  /** Characters of a text that is sent here, at most; missing: as many as anywhere. */
  readonly mostCharacters?: number;
  /** Begins to speak. The line may be used from `begin` on. */
  open(line: Line, beginning: Beginning): Wire;
}
