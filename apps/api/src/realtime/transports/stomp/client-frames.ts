import type { StompFrame } from './frame-decoder.js';
import { badFrame } from './header-text.js';
import type { StompVersion } from './version-negotiation.js';

/** The headers that a command needs in each version; a version that is missing does not have the command. */
type Rule = Readonly<Partial<Record<StompVersion, readonly string[]>>>;

/** An id is kept with each subscription, and written with each of its messages. */
const LONGEST_ID = 255;

/** What may follow CONNECT. */
const RULES: Readonly<Record<string, Rule>> = {
  SEND: inAll('destination'),
  SUBSCRIBE: { '1.0': ['destination'], '1.1': ['destination', 'id'], '1.2': ['destination', 'id'] },
  UNSUBSCRIBE: { '1.0': [], '1.1': ['id'], '1.2': ['id'] },
  ACK: { '1.0': ['message-id'], '1.1': ['message-id', 'subscription'], '1.2': ['id'] },
  NACK: { '1.1': ['message-id', 'subscription'], '1.2': ['id'] },
  BEGIN: inAll('transaction'),
  COMMIT: inAll('transaction'),
  ABORT: inAll('transaction'),
  DISCONNECT: inAll(),
};

function inAll(...needed: string[]): Rule {
  return { '1.0': needed, '1.1': needed, '1.2': needed };
}

/** @throws `bad_frames` for a frame that a client may not send, or not without more headers */
export function checkClientFrame({ command, headers, body }: StompFrame, version: StompVersion): void {
  const needed = Object.hasOwn(RULES, command) ? RULES[command]?.[version] : undefined;
  if (!needed) throw badFrame('command', `${command} is no frame of clients in STOMP ${version}, or comes too late`);
  for (const name of needed) if (!headers.has(name)) throw badFrame(name, `${command} needs this header`);
  if ((headers.get('id')?.length ?? 0) > LONGEST_ID) throw badFrame('id', `has at most ${LONGEST_ID} characters`);
  if (body !== '' && command !== 'SEND') throw badFrame('frame', 'only SEND has a body');
}

/** What names a subscription: in 1.0 there need not be an id. */
export const subscriptionIdOf = ({ headers }: StompFrame): string =>
  headers.get('id') ?? headers.get('destination') ?? '';
