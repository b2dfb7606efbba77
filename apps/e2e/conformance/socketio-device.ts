import type { Ack, ErrorObject, EventName } from '@parley/protocol';
import { io, type Socket } from 'socket.io-client';
import type { Device, DeviceListener, DeviceOptions } from './device.contract.js';
import { TIMEOUT_MS } from './watchers.js';

/** A plain socket.io-client. It reconnects by itself only if that is set. */
export class SocketIoDevice implements Device {
  readonly socket: Socket;

  constructor(url: string, options: DeviceOptions, listener: DeviceListener) {
    this.socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options });
    this.socket.on('connect', () => listener.connected());
    this.socket.onAny((name: EventName, payload: unknown) => listener.received(name, payload));
    this.socket.on('disconnect', (reason) => listener.ended(reason));
    this.socket.on('connect_error', (fault) =>
      listener.ended('connect_error', (fault as { data?: ErrorObject }).data ?? null),
    );
  }

  ask(name: string, payloads: readonly unknown[]): Promise<Ack<object>> {
    return this.socket.timeout(TIMEOUT_MS).emitWithAck(name, ...payloads) as Promise<Ack<object>>;
  }

  give(name: string, payload: unknown): void {
    this.socket.emit(name, payload);
  }

  drop(): void {
    this.socket.io.engine.close();
  }

  close(): void {
    this.socket.disconnect();
  }
}
