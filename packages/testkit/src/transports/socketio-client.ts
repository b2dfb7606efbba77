import type { Ack, CommandName, Commands, EventName, Events } from '@parley/protocol';
import { io, type Socket } from 'socket.io-client';
import type { ClientListener, ClientOptions, TransportClient } from './transport-client.contract.js';

/** A plain socket.io-client, with its defaults but for what it is given. */
export class SocketIoClient implements TransportClient {
  private readonly socket: Socket;

  constructor({ url, token, reconnection = true, socketIo }: ClientOptions, listener: ClientListener) {
    this.socket = io(url, { auth: { token }, forceNew: true, ...socketIo });
    this.socket.on('connect', () => listener.opened());
    this.socket.onAny((name: EventName, payload: Events[EventName]) => {
      if (name === 'ready') this.socket.io.reconnection(reconnection);
      listener.received(name, payload);
    });
    this.socket.on('disconnect', (reason) => listener.lost(reason));
  }

  get isConnected(): boolean {
    return this.socket.connected;
  }

  async ask<Name extends CommandName>(
    name: Name,
    payload: Commands[Name]['payload'],
    timeoutMs: number,
  ): Promise<Ack<Commands[Name]['result']>> {
    // The library would keep it for the next connection, when it is not wanted any more.
    if (!this.socket.connected) throw new Error('not connected');
    const { promise, resolve, reject } = Promise.withResolvers<Ack<Commands[Name]['result']>>();
    const ended = () => reject(new Error('the connection ended'));
    const timer = setTimeout(() => reject(new Error('timeout')), timeoutMs);
    this.socket.once('disconnect', ended);
    this.socket.emit(name, payload, resolve);
    return promise.finally(() => {
      clearTimeout(timer);
      this.socket.off('disconnect', ended);
    });
  }

  close(): void {
    this.socket.disconnect();
  }
}
