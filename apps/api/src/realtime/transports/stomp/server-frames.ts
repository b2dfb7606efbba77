import { randomUUID } from 'node:crypto';
import { type Ack, type ErrorObject, frameType } from '@parley/protocol';
import { ACKS, ERRORS } from '../../stomp-destinations.js';
import { VERSION } from '../../version.js';
import type { Frame, OutgoingEvent } from '../framed/outgoing-event.js';
import { encodeBody, encodeFrame, encodeHeader, type Header } from './frame-encoder.js';
import { OFFERED_BEATS } from './heart-beats.js';
import type { Subscription } from './subscriptions.js';
import { SPOKEN_VERSIONS, type StompVersion } from './version-negotiation.js';

/** Messages of this process have ids that those of others do not. */
const PROCESS = randomUUID().slice(0, 8);
let messages = 0;

export function connectedFrame(version: StompVersion): string {
  const headers: Header[] = [
    ['version', version],
    ['session', randomUUID()],
    ['server', `parley/${VERSION}`],
  ];
  if (version !== '1.0') headers.push(['heart-beat', OFFERED_BEATS]);
  return encodeFrame('CONNECTED', headers, { version });
}

export const receiptFrame = (receipt: string, version: StompVersion): string =>
  encodeFrame('RECEIPT', [['receipt-id', receipt]], { version });

/** @param receipt that the frame at fault asked for */
export function errorFrame(error: ErrorObject, version: StompVersion, receipt?: string): string {
  const headers: Header[] = [['message', error.code]];
  if (receipt !== undefined) headers.push(['receipt-id', receipt]);
  if (error.code === 'unsupported') headers.push(['version', SPOKEN_VERSIONS]);
  return encodeFrame('ERROR', headers, { version, body: JSON.stringify({ error }) });
}

/** Made once for all connections that have such a subscription. */
export const eventMessage = (event: OutgoingEvent, { head, wantsAcks }: Subscription): readonly Frame[] =>
  event.encodedFor(wantsAcks ? `ack ${head}` : head, () =>
    message({ head, wantsAcks }, `event:${frameType(event.name)}\n`, event.text),
  );

interface Answered {
  /** Missing where there is no such command. */
  command: string | undefined;
  receipt: string | undefined;
  ack: Ack<object>;
}

/** Where the answer to a SEND belongs. */
export const queueOf = ({ success }: Ack<object>): string => (success ? ACKS : ERRORS);

/** The answer to a SEND, as the queue of answers or of errors has it. */
export function answerMessage(
  { command, receipt, ack }: Answered,
  subscription: Subscription,
  version: StompVersion,
): string {
  const { clientMessageId } = (ack.success ? ack : ack.error) as { clientMessageId?: string };
  const headers: Header[] = [['event', ack.success ? 'ack' : 'error']];
  if (command !== undefined) headers.push(['command', command]);
  if (clientMessageId !== undefined) headers.push(['client-message-id', clientMessageId]);
  if (receipt !== undefined) headers.push(['receipt-id', receipt]);
  const lines = headers.map((header) => encodeHeader(header, version)).join('');
  return message(subscription, lines, JSON.stringify(ack.success ? ack : { error: ack.error }));
}

function message({ head, wantsAcks }: Pick<Subscription, 'head' | 'wantsAcks'>, headers: string, body: string): string {
  messages += 1;
  const id = `${PROCESS}-${messages}`;
  return `MESSAGE\n${head}message-id:${id}\n${wantsAcks ? `ack:${id}\n` : ''}${headers}${encodeBody(body)}`;
}
