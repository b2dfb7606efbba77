import type { Ack, Announced, ErrorObject } from '@parley/protocol';
import type { ClientSocket, SocketOptions } from './wire.js';

/** A socket whose server is the test. */
export class FakeSocket implements ClientSocket {
  connected = true;
  isClosed = false;
  readonly sent: { name: string; payload: unknown; answer: (ack: Ack<object>) => void }[] = [];
  private readonly listeners = new Map<string, (given: never) => void>();
  private hears: (name: string, payload: unknown) => void = () => undefined;

  constructor(readonly options: SocketOptions) {}

  on(name: string, listener: (given: never) => void): void {
    this.listeners.set(name, listener);
  }

  onAny(listener: (name: string, payload: unknown) => void): void {
    this.hears = listener;
  }

  emit(name: string, payload: unknown, answer: (ack: Ack<object>) => void): void {
    this.sent.push({ name, payload, answer });
  }

  disconnect(): void {
    this.connected = false;
    this.isClosed = true;
  }

  /** The server emits. */
  tell(name: string, payload: unknown): void {
    this.hears(name, payload);
  }

  announce(userId = 'me'): void {
    const limits = { contentBytes: 10_240, metadataBytes: 102_400, frameBytes: 262_144 };
    const serverTime = '2026-01-01T12:00:00.000Z';
    const announced = {
      userId,
      epoch: 'e',
      cursor: 0,
      serverTime,
      limits: limits as Announced['limits'],
      features: { search: true },
    };
    this.tell('ready', announced);
  }

  /** The connection ends, for one of socket.io-client's reasons. */
  end(reason = 'transport close'): void {
    this.connected = false;
    this.listeners.get('disconnect')?.(reason as never);
  }

  /** The handshake is refused; without an error object it merely failed. */
  refuse(error?: ErrorObject): void {
    this.connected = false;
    this.listeners.get('connect_error')?.(Object.assign(new Error('refused'), { data: error }) as never);
  }
}

/** A refusal in the server's shape. */
export function anError(error: Partial<ErrorObject> & Pick<ErrorObject, 'code'>): ErrorObject {
  return { message: 'No.', retryable: false, requestId: 'r', ...error };
}
