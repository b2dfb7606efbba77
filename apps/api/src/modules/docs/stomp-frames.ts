import { type CommandName, type EventName, frameType } from '@parley/protocol';
import { ACKS, destinationsOf, ERRORS, MESSAGES, topicFor, topicOf } from '../../realtime/stomp-destinations.js';
import { refTo, type Schema } from './shapes.js';

type Payloads = Readonly<Record<string, { name: string; payload: Schema }>>;

/** A frame of STOMP: its command, its headers and its body. */
export interface StompFrame {
  name: string;
  headers: Schema;
  payload: Schema;
}

/** What may be sent to a destination, or comes from it. */
export interface StompDestination {
  address: string;
  description: string;
  frames: readonly string[];
}

const TEXT: Schema = { type: 'string' };
const NO_BODY: Schema = { type: 'string', maxLength: 0 };
const ERROR: Schema = { type: 'object', properties: { error: refTo('ErrorObject') }, required: ['error'] };
const BODY = { 'content-type': { const: 'application/json' }, 'content-length': { type: 'string', pattern: '^\\d+$' } };
const MESSAGE = { destination: TEXT, 'message-id': TEXT, subscription: TEXT, ack: TEXT, ...BODY };
const ANSWER = { ...MESSAGE, 'client-message-id': TEXT, 'receipt-id': TEXT };
const IN_EACH = ['destination', 'message-id', 'event', ...Object.keys(BODY)];

/** Every frame of `/stomp` by its id, made of the messages of Socket.IO; `server:closing` is an ERROR there. */
export function stompFrames(messages: Payloads): Record<string, StompFrame> {
  const made = Object.entries(messages).flatMap(([id, { name, payload }]) => {
    const [kind = ''] = id.split('.');
    const type = frameType(name as CommandName | EventName);
    return name === 'server:closing' ? [] : [[`stomp.${kind}.${type}`, madeOf(kind, name, payload)]];
  });
  return { ...OF_CONNECTIONS, ...(Object.fromEntries(made) as Record<string, StompFrame>) };
}

/** The destinations by the ids of their channels. */
export function stompDestinations(
  messages: Payloads,
  definitions: Readonly<Record<string, Schema>>,
): Record<string, StompDestination> {
  const of = (kind: string, fits: (name: string, payload: Schema) => boolean = () => true) =>
    Object.entries(messages).flatMap(([id, { name, payload }]) =>
      id.startsWith(`${kind}.`) && name !== 'server:closing' && fits(name, payload)
        ? [`stomp.${kind}.${frameType(name as EventName)}`]
        : [],
    );
  const commands = Object.entries(messages).filter(([id]) => id.startsWith('command.'));
  const addresses = [...new Set(commands.flatMap(([, { name }]) => destinationsOf(name as CommandName)))];
  const sends = addresses.map((address): [string, StompDestination] => [
    `stomp${address.replaceAll('/', '.')}`,
    {
      address,
      description: 'SEND a command.',
      frames: of('command', (name) => destinationsOf(name as CommandName).includes(address)),
    },
  ]);
  const isOfTopic = (name: string, { $ref, ...payload }: Schema) => {
    const { properties = {} } = $ref ? (definitions[$ref.split('/').at(-1) ?? ''] ?? {}) : payload;
    const conversationId = 'conversationId' in properties ? 'some' : null;
    return topicFor({ name: name as EventName, conversationId }) !== null;
  };
  return {
    ...Object.fromEntries(sends),
    'stomp.topic': {
      address: topicOf('{conversationId}'),
      description: 'SUBSCRIBE to the events of one of my conversations.',
      frames: of('event', isOfTopic),
    },
    'stomp.messages': { address: MESSAGES, description: 'SUBSCRIBE to all other events.', frames: of('event') },
    'stomp.acks': { address: ACKS, description: 'SUBSCRIBE to the acks of my commands.', frames: of('ack') },
    'stomp.errors': {
      address: ERRORS,
      description: 'SUBSCRIBE to why my commands were refused.',
      frames: ['stomp.refused'],
    },
  };
}

function madeOf(kind: string, name: string, payload: Schema): StompFrame {
  const type = { const: frameType(name as CommandName | EventName) };
  if (kind === 'command') {
    const headers = { destination: { enum: destinationsOf(name as CommandName) }, receipt: TEXT, event: TEXT };
    return frame('SEND', { headers, required: ['destination'], payload });
  }
  if (kind === 'event') return frame('MESSAGE', { headers: { ...MESSAGE, event: type }, required: IN_EACH, payload });
  const headers = { ...ANSWER, event: { const: 'ack' }, command: type };
  return frame('MESSAGE', { headers, required: [...IN_EACH, 'command'], payload: payload.anyOf?.[0] ?? payload });
}

/** Frames that are about the connection and its subscriptions. */
const OF_CONNECTIONS: Record<string, StompFrame> = {
  'stomp.connect': frame('CONNECT', {
    headers: {
      'accept-version': TEXT,
      Authorization: TEXT,
      'heart-beat': { type: 'string', pattern: '^ *\\d+ *, *\\d+ *$' },
    },
  }),
  'stomp.subscribe': frame('SUBSCRIBE', {
    headers: {
      id: { type: 'string', maxLength: 255 },
      destination: TEXT,
      ack: { enum: ['auto', 'client', 'client-individual'] },
      receipt: TEXT,
    },
    required: ['destination'],
  }),
  'stomp.unsubscribe': frame('UNSUBSCRIBE', { headers: { id: TEXT, receipt: TEXT } }),
  'stomp.disconnect': frame('DISCONNECT', { headers: { receipt: TEXT } }),
  'stomp.connected': frame('CONNECTED', {
    headers: { version: { enum: ['1.2', '1.1', '1.0'] }, session: TEXT, server: TEXT, 'heart-beat': TEXT },
    required: ['version', 'session', 'server'],
  }),
  'stomp.receipt': frame('RECEIPT', { headers: { 'receipt-id': TEXT }, required: ['receipt-id'] }),
  'stomp.error': frame('ERROR', {
    headers: { message: TEXT, 'receipt-id': TEXT, version: TEXT, ...BODY },
    required: ['message', ...Object.keys(BODY)],
    payload: ERROR,
  }),
  'stomp.refused': frame('MESSAGE', {
    headers: { ...ANSWER, event: { const: 'error' }, command: TEXT },
    required: IN_EACH,
    payload: ERROR,
  }),
};

interface Parts {
  headers: Record<string, Schema>;
  required?: string[];
  payload?: Schema;
}

function frame(name: string, { headers, required = [], payload = NO_BODY }: Parts): StompFrame {
  return { name, headers: { type: 'object', properties: headers, required }, payload };
}
