import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { eventually, FrameReader } from '@parley/testkit';

export interface WireAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface WireRequest {
  method?: string;
  /** Goes out as it is. */
  path: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
}

/** One request exactly as given, on a connection of its own: `fetch` would tidy it up. Rejects where no answer comes. */
export function send(url: string, { method = 'GET', path, headers = {}, body }: WireRequest): Promise<WireAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
  const { hostname: host, port } = new URL(url);
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const asked = request({
    host,
    port,
    method,
    path,
    headers: { ...length, ...headers },
    agent: false,
    timeout: 20_000,
  });
  asked.once('response', (answer) => {
    const { statusCode: status = 0, headers: given } = answer;
    text(answer).then((words) => resolve({ status, headers: given, text: words }), reject);
  });
  asked.once('upgrade', (answer, socket) => {
    socket.destroy();
    resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: '' });
  });
  asked.once('timeout', () => asked.destroy(new Error('There was no answer within 20 s.')));
  asked.once('error', reject);
  asked.end(body);
  return promise;
}

const HEADER_END = '\r\n\r\n';
const ENGINE_IO = '/socket.io/?EIO=4&transport=websocket';

/** Headers of an upgrade to WebSocket. */
export const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'MDEyMzQ1Njc4OWFiY2RlZg==',
} as const;

/** A TCP connection on which anything can be written, and on which a WebSocket can be spoken by the byte. */
export class Wire {
  /** Frames with text, in order of arrival. */
  readonly texts: string[] = [];
  /** All that came, as Latin-1, up to the upgrade. */
  head = '';
  /** Code of the server's close frame. */
  code: number | null = null;
  isClosed = false;
  private readonly reader: FrameReader;
  private isUpgraded = false;

  private constructor(private readonly socket: Socket) {
    this.reader = new FrameReader(
      (bytes, start, end) => this.receive(bytes.toString('utf8', start, end)),
      (code) => {
        this.code = code;
      },
    );
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  static async open(url: string): Promise<Wire> {
    const { hostname: host, port } = new URL(url);
    const socket = createConnection({ host, port: Number(port), noDelay: true });
    const wire = new Wire(socket);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('connect', resolve).once('error', reject);
    await promise;
    return wire;
  }

  /** A WebSocket of Engine.IO, open, without a Socket.IO handshake yet, or one at another address. */
  static async webSocket(url: string, headers: Record<string, string> = {}, path = ENGINE_IO): Promise<Wire> {
    const wire = await Wire.open(url);
    const all = Object.entries({ host: new URL(url).host, ...UPGRADE, ...headers });
    const lines = all.map(([name, value]) => `${name}: ${value}`);
    wire.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}${HEADER_END}`);
    await eventually('a WebSocket opens', () => wire.isUpgraded || wire.isClosed);
    return wire;
  }

  /** A WebSocket that has its `ready`. */
  static async signedIn(url: string, token: string): Promise<Wire> {
    const wire = await Wire.webSocket(url);
    wire.write(frame(1, `40${JSON.stringify({ token })}`));
    await wire.waitFor(/^42\["ready"/);
    return wire;
  }

  /** A plain WebSocket that has its `ready`. */
  static async plain(url: string, token: string): Promise<Wire> {
    const wire = await Wire.webSocket(url, { authorization: `Bearer ${token}` }, '/ws');
    await wire.waitFor(/^\{"type":"ready"/);
    return wire;
  }

  get isWritable(): boolean {
    return this.socket.writable;
  }

  write(bytes: string | Buffer): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** The first frame that fits, once it is there. */
  waitFor(pattern: RegExp): Promise<string> {
    return eventually(`a frame comes like ${pattern.source}`, () => {
      if (this.isClosed) throw new Error(`The connection ended (${this.code ?? this.head}) before ${pattern.source}.`);
      return this.texts.find((each) => pattern.test(each));
    });
  }

  /** Resolves once the server has ended the connection, be it by a close frame that it waits to be answered. */
  ended(timeoutMs?: number): Promise<boolean> {
    return eventually('the server ends a connection', () => this.isClosed || this.code !== null, timeoutMs);
  }

  close(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    if (this.isUpgraded) return this.reader.push(chunk);
    this.head += chunk.toString('latin1');
    const end = this.head.indexOf(HEADER_END);
    if (end < 0 || !this.head.startsWith('HTTP/1.1 101')) return;
    this.isUpgraded = true;
    this.reader.push(Buffer.from(this.head.slice(end + HEADER_END.length), 'latin1'));
  }

  private receive(words: string): void {
    if (words === '2') this.write(frame(1, '3'));
    else this.texts.push(words);
  }
}

export interface FrameOptions {
  /** A client's frames must be masked. */
  isMasked?: boolean;
  /** Whether it is the last one of its message. */
  isFinal?: boolean;
  /** What the header says of its length; missing: the truth. */
  announced?: number;
}

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** One WebSocket frame with this opcode. */
export function frame(opcode: number, payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const { isMasked = true, isFinal = true } = options;
  const body = Buffer.from(payload);
  const length = options.announced ?? body.length;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  const bit = isMasked ? 0x80 : 0;
  header[0] = (isFinal ? 0x80 : 0) | opcode;
  if (header.length === 2) header[1] = bit | length;
  else if (header.length === 4) header[1] = bit | 126;
  else header[1] = bit | 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  if (!isMasked) return Buffer.concat([header, body]);
  return Buffer.concat([header, MASK, body.map((byte, at) => byte ^ (MASK[at & 3] as number))]);
}
