import type { DocumentedContract } from './documented-contract.js';
import type { Connect } from './person.js';
import { SocketIoDevice } from './socketio-device.js';
import { StompDevice } from './stomp-device.js';
import { WebSocketDevice } from './websocket-device.js';

/** A transport over which the behaviours are tried. */
export interface TriedTransport {
  connect(contract: DocumentedContract): Connect;
  /** The titles of behaviours that it does not have, and why. */
  lacks: Readonly<Record<string, string>>;
}

export const SOCKET_IO: TriedTransport = {
  connect: () => (url, options, listener) => new SocketIoDevice(url, options, listener),
  lacks: {},
};

const NO_POLLING = {
  'S2.3: long polling carries all that a WebSocket does': 'there is none',
  'S2.3: a client with its default options connects and is heard': 'they begin with long polling',
};
const FRAMES = 'shown for its own frames in apps/api/test/websocket.spec.ts';

export const WEBSOCKET: TriedTransport = {
  connect: (contract) => (url, options, listener) =>
    new WebSocketDevice(url, options, listener, (frame) => contract.framed(frame)),
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

export const STOMP: TriedTransport = {
  connect: () => (url, options, listener) => new StompDevice(url, options, listener),
  lacks: {
    ...NO_POLLING,
    '§5 D16: an unknown event is answered with not_found, whatever its name':
      'an unknown destination is an ERROR, and ERROR closes: apps/api/src/realtime/transports/stomp/stomp.wire.spec.ts',
    'A32 S4.46 §8: JSON that is deep, broken or no object is refused over both transports, and the node serves on':
      STOMP_FRAMES,
    'G8 §3: binary data is refused as validation_failed wherever it stands, and who goes on is closed with bad_frames':
      'binary messages are taken',
    'G8 S1.24: a frame over 262,144 bytes closes its connection with 1009, and nobody else notices': STOMP_FRAMES,
  },
};
