import { createConnection, type Socket } from 'node:net';
import { FrameReader, textFrame } from './frame-reader.js';

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

/** One buffer for all: a read is handled to its end before the next one begins. */
const INBOX = Buffer.allocUnsafe(256 * 1024);
const HEADER_END = Buffer.from('\r\n\r\n');
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
  private readonly socket: Socket;
  private readonly reader: FrameReader;
  private readonly connected = Promise.withResolvers<void>();
  private upgraded = false;
  private closed = false;
  private head = '';

  private constructor(
    private readonly options: LeanOptions,
    private readonly handlers: LeanHandlers,
  ) {
    this.reader = new FrameReader(
      (bytes, start, end) => this.text(bytes, start, end),
      (code) => this.close(`closed with ${code}`),
    );
    const { host, port } = options;
    const callback = (length: number, buffer: Uint8Array) => this.read((buffer as Buffer).subarray(0, length));
    this.socket = createConnection({ host, port, noDelay: true, onread: { buffer: INBOX, callback } });
    this.socket.once('connect', () => this.socket.write(upgradeRequest(host, port)));
    this.socket.on('error', (error) => this.close(error.message));
    this.socket.on('close', () => this.close('the connection ended'));
  }

  /** Resolves once Socket.IO has accepted the connection; rejects with the refusal. */
  static async connect(options: LeanOptions, handlers: LeanHandlers): Promise<LeanSocket> {
    const socket = new LeanSocket(options, handlers);
    await socket.connected.promise;
    return socket;
  }

  /** Sends a command: `json` is `["name",payload]`, `id` comes back with its ack. */
  send(id: number, json: string): void {
    this.socket.write(textFrame(`42${id}${json}`));
  }

  /** Ends the connection from this side. */
  close(reason = 'closed by us'): void {
    if (this.closed) return;
    this.closed = true;
    this.socket.destroy();
    this.connected.reject(new Error(reason));
    this.handlers.onClosed(reason);
  }

  private read(chunk: Buffer): boolean {
    if (this.upgraded) this.reader.push(chunk);
    else this.handshake(chunk);
    return !this.closed;
  }

  private handshake(chunk: Buffer): void {
    const end = chunk.indexOf(HEADER_END);
    this.head += chunk.toString('latin1', 0, end < 0 ? chunk.length : end);
    if (end < 0) return;
    if (!this.head.startsWith('HTTP/1.1 101')) return this.close(this.head.split('\r\n', 1)[0]);
    this.upgraded = true;
    const rest = chunk.subarray(end + HEADER_END.length);
    if (rest.length > 0) this.reader.push(rest);
  }

  private text(bytes: Buffer, start: number, end: number): void {
    const engine = bytes[start];
    if (engine === ENGINE.message) this.packet(bytes, start, end);
    else if (engine === ENGINE.ping) this.socket.write(textFrame('3'));
    else if (engine === ENGINE.open) this.socket.write(textFrame(`40${JSON.stringify(this.options.auth)}`));
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

function upgradeRequest(host: string, port: number): string {
  return [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    `Host: ${host}:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==',
    '\r\n',
  ].join('\r\n');
}

/** Whether an event frame is of that name, compared in place. */
export function isEvent(bytes: Buffer, start: number, name: Buffer): boolean {
  const from = start + 4;
  for (let i = 0; i < name.length; i += 1) if (bytes[from + i] !== name[i]) return false;
  return bytes[from + name.length] === 0x22;
}
