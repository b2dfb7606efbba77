import { LeanWebSocket } from './lean-websocket.js';

/** A lean socket's callbacks. Bytes are valid only during the call. */
export interface LeanHandlers {
  /** A Socket.IO event: from `start` up to `end` stands `42["name",payload]`. */
  onEvent(bytes: Buffer, start: number, end: number): void;
  /** The answer to a command: from `start` up to `end` stands `[answer]`. */
  onAck(id: number, bytes: Buffer, start: number, end: number): void;
  /** Once, whichever side ended it. */
  onClosed(reason: string): void;
}

export interface LeanOptions {
  host: string;
  port: number;
  /** `auth` of the Socket.IO handshake. */
  auth: Record<string, unknown>;
}

const PATH = '/socket.io/?EIO=4&transport=websocket';
const DIGIT_0 = 0x30;

// Engine.IO packet types, then Socket.IO's, as they stand in the frame's first two bytes.
const ENGINE = { open: 0x30, close: 0x31, ping: 0x32, message: 0x34 };
const PACKET = { connect: 0x30, disconnect: 0x31, event: 0x32, ack: 0x33, refused: 0x34 };

/**
 * A Socket.IO connection over WebSocket that decodes only what its owner reads: on the same two cores as the server, a
 * full client would cost several times what the server does. It implements Engine.IO 4 and Socket.IO 5, the main
 * namespace only, answers pings, and leaves the reading of events and acks to its owner.
 */
export class LeanSocket {
  private readonly socket: LeanWebSocket;
  private readonly connected = Promise.withResolvers<void>();

  private constructor(
    private readonly options: LeanOptions,
    private readonly handlers: LeanHandlers,
  ) {
    const { host, port } = options;
    this.socket = new LeanWebSocket(
      { host, port, path: PATH },
      {
        onText: (bytes, start, end) => this.text(bytes, start, end),
        onClosed: (reason) => {
          this.connected.reject(new Error(reason));
          this.handlers.onClosed(reason);
        },
      },
    );
  }

  /** Resolves once Socket.IO has accepted the connection; rejects with the refusal. */
  static async connect(options: LeanOptions, handlers: LeanHandlers): Promise<LeanSocket> {
    const socket = new LeanSocket(options, handlers);
    await socket.connected.promise;
    return socket;
  }

  /** Sends a command: `json` is `["name",payload]`, `id` comes back with its ack. */
  send(id: number, json: string): void {
    this.socket.send(`42${id}${json}`);
  }

  /** Ends the connection from this side. */
  close(reason?: string): void {
    this.socket.close(reason);
  }

  private text(bytes: Buffer, start: number, end: number): void {
    const engine = bytes[start];
    if (engine === ENGINE.message) this.packet(bytes, start, end);
    else if (engine === ENGINE.ping) this.socket.send('3');
    else if (engine === ENGINE.open) this.socket.send(`40${JSON.stringify(this.options.auth)}`);
    else if (engine === ENGINE.close) this.close('closed by Engine.IO');
  }

  private packet(bytes: Buffer, start: number, end: number): void {
    const type = bytes[start + 1];
    if (type === PACKET.event) this.handlers.onEvent(bytes, start, end);
    else if (type === PACKET.ack) this.ack(bytes, start + 2, end);
    else if (type === PACKET.connect) this.connected.resolve();
    else if (type === PACKET.refused) this.close(`refused: ${bytes.toString('utf8', start + 2, end)}`);
    else if (type === PACKET.disconnect) this.close('disconnected by Socket.IO');
  }

  private ack(bytes: Buffer, start: number, end: number): void {
    let id = 0;
    let at = start;
    for (; at < end; at += 1) {
      const digit = (bytes[at] as number) - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      id = id * 10 + digit;
    }
    this.handlers.onAck(id, bytes, at, end);
  }
}

/** Whether an event frame is of that name, compared in place. */
export function isEvent(bytes: Buffer, start: number, name: Buffer): boolean {
  const from = start + 4;
  for (let i = 0; i < name.length; i += 1) if (bytes[from + i] !== name[i]) return false;
  return bytes[from + name.length] === 0x22;
}
