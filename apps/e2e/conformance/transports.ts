import type { DocumentedContract } from './documented-contract.js';
import type { Connect } from './person.js';
import { PythonDevice, stopPython } from './python-device.js';
import { SocketIoDevice } from './socketio-device.js';
import type { Stage } from './stage.js';
import { StompDevice, stompRefusal } from './stomp-device.js';
import { WebSocketDevice } from './websocket-device.js';

/** A transport over which the behaviours are tried. */
export interface TriedTransport {
  /** As titles call it. */
  called: string;
  connect(contract: DocumentedContract): Connect;
  /** Ends what `connect` has started for all devices. */
  stop?(): Promise<void>;
  /** Names that it answers with `unsupported`, and how each is tried: the code that came. All other commands work. */
  unsupported: Readonly<Record<string, (stage: Stage) => Promise<string | undefined>>>;
  /** Names of what its clients make use of by themselves, which tests of their own show. */
  byItself?: readonly string[];
  /** The titles of behaviours that are not tried over it, and why. */
  lacks: Readonly<Record<string, string>>;
}

const SOCKET_IO: TriedTransport = {
  called: 'REST and Socket.IO',
  connect: () => (url, options, listener) => new SocketIoDevice(url, options, listener),
  unsupported: {},
  lacks: {},
};

const NO_POLLING = {
  'S2.3: long polling carries all that a WebSocket does': 'there is none',
  'S2.3: a client with its default options connects and is heard': 'they begin with long polling',
};
const FRAMES = 'shown for its own frames in apps/api/test/websocket.spec.ts';

const WEBSOCKET: TriedTransport = {
  called: 'plain WebSockets',
  connect: (contract) => (url, options, listener) =>
    new WebSocketDevice(url, options, listener, (frame) => contract.framed(frame)),
  unsupported: {},
  lacks: {
    ...NO_POLLING,
    'A32 S4.46 §8: JSON that is deep, broken or no object is refused over both transports, and the node serves on':
      FRAMES,
    'G8 §3: binary data is refused as validation_failed wherever it stands, and who goes on is closed with bad_frames':
      FRAMES,
    'G8 S1.24: a frame over 262,144 bytes closes its connection with 1009, and nobody else notices': FRAMES,
  },
};

const STOMP_FRAMES = 'shown for its own frames in apps/api/test/stomp.spec.ts';
const TRANSACTION = { transaction: 't' };

const STOMP: TriedTransport = {
  called: 'STOMP',
  connect: (contract) => (url, options, listener) =>
    new StompDevice(url, options, listener, (frame) => contract.stomp(frame)),
  unsupported: {
    BEGIN: (stage) => stompRefusal(stage, 'BEGIN', TRANSACTION),
    COMMIT: (stage) => stompRefusal(stage, 'COMMIT', TRANSACTION),
    ABORT: (stage) => stompRefusal(stage, 'ABORT', TRANSACTION),
    'SEND in a transaction': (stage) => stompRefusal(stage, 'SEND', { destination: '/app/chat.send', ...TRANSACTION }),
    'CONNECT of other versions': (stage) => stompRefusal(stage, 'CONNECT', { 'accept-version': '1.3' }),
  },
  lacks: {
    ...NO_POLLING,
    'A32 S4.46 §8: JSON that is deep, broken or no object is refused over both transports, and the node serves on':
      STOMP_FRAMES,
    'G8 §3: binary data is refused as validation_failed wherever it stands, and who goes on is closed with bad_frames':
      'binary messages are taken',
    'G8 S1.24: a frame over 262,144 bytes closes its connection with 1009, and nobody else notices': STOMP_FRAMES,
  },
};

const NO_HEADERS = 'a program is no page: it sends no Origin';

const PYTHON: TriedTransport = {
  called: 'the client for Python',
  connect: () => (url, options, listener) => new PythonDevice(url, options, listener),
  stop: stopPython,
  unsupported: {},
  byItself: ['auth:refresh', 'auth:expiring'],
  lacks: {
    ...NO_POLLING,
    '§2 S0.24: a page of another origin is refused with 403 on every transport, the own one is not': NO_HEADERS,
    '§2: a page that is not at the address of the server is refused with what is wrong, and so is its socket':
      NO_HEADERS,
    '§2: a socket is warned, ends with its token and comes back with a new one, unless auth:refresh renews it in place':
      'it renews its token by itself: apps/e2e/python/lives/tokens.py',
    '§3: a number that JSON readers change, and a name given twice, are refused with their path over both transports':
      'the JSON of Python changes it before it is sent',
    'A32 S4.46 §8: JSON that is deep, broken or no object is refused over both transports, and the node serves on':
      'it writes the JSON itself',
    'G8 §3: binary data is refused as validation_failed wherever it stands, and who goes on is closed with bad_frames':
      'it sends none',
    'G8 S1.24: a frame over 262,144 bytes closes its connection with 1009, and nobody else notices':
      'it sends none: too_large',
  },
};

/** By what `npm run conformance` calls them. */
export const TRANSPORTS = {
  'socket.io': SOCKET_IO,
  websocket: WEBSOCKET,
  stomp: STOMP,
  python: PYTHON,
} as const satisfies Record<string, TriedTransport>;

export type TransportName = keyof typeof TRANSPORTS;
