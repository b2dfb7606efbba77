import { createConnection, type Socket } from 'node:net';
import { FrameReader, type OnText, pongFrame, textFrame } from './frame-reader.js';

export interface LeanAddress {
  host: string;
  port: number;
  path: string;
  /** Of the request, besides what makes it one for a WebSocket. */
  headers?: Readonly<Record<string, string>>;
}

export interface LeanWebSocketHandlers {
  onOpen?(): void;
  /** Bytes are valid only during the call. */
  onText: OnText;
  /** Once, whichever side ended it. */
  onClosed(reason: string): void;
}

/** One buffer for all: a read is handled to its end before the next one begins. */
const INBOX = Buffer.allocUnsafe(256 * 1024);
const HEADER_END = Buffer.from('\r\n\r\n');

/** A WebSocket that sends texts, answers pings, and hands texts on without copying or decoding them. */
export class LeanWebSocket {
  private readonly socket: Socket;
  private readonly reader: FrameReader;
  private upgraded = false;
  private closed = false;
  private head = '';

  constructor(
    address: LeanAddress,
    private readonly handlers: LeanWebSocketHandlers,
  ) {
    this.reader = new FrameReader(
      handlers.onText,
      (code) => this.close(`closed with ${code}`),
      (payload) => this.socket.write(pongFrame(payload)),
    );
    const { host, port } = address;
    const callback = (length: number, buffer: Uint8Array) => this.read((buffer as Buffer).subarray(0, length));
    this.socket = createConnection({ host, port, noDelay: true, onread: { buffer: INBOX, callback } });
    this.socket.once('connect', () => this.socket.write(upgradeRequest(address)));
    this.socket.on('error', (error) => this.close(error.message));
    this.socket.on('close', () => this.close('the connection ended'));
  }

  send(text: string): void {
    this.socket.write(textFrame(text));
  }

  /** Ends the connection from this side. */
  close(reason = 'closed by us'): void {
    if (this.closed) return;
    this.closed = true;
    this.socket.destroy();
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
    this.handlers.onOpen?.();
    const rest = chunk.subarray(end + HEADER_END.length);
    if (rest.length > 0) this.reader.push(rest);
  }
}

function upgradeRequest({ host, port, path, headers = {} }: LeanAddress): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');
}
