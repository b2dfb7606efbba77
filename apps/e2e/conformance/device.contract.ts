import type { Ack, ErrorObject, EventName } from '@parley/protocol';
import type { ManagerOptions, SocketOptions } from 'socket.io-client';

/** As a socket.io-client takes them; other clients heed those of them that mean something to them. */
export type DeviceOptions = Partial<ManagerOptions & SocketOptions>;

/** Who hears what happens to a device. */
export interface DeviceListener {
  /** Also when it has come back. */
  connected(): void;
  received(name: EventName, payload: unknown): void;
  /**
   * @param reason in the words of socket.io-client: `connect_error` where it was not let in, `io server disconnect` where it
   * must not come back with the same token, else `transport close`.
   */
  ended(reason: string, refusal?: ErrorObject | null): void;
}

/** A client of one transport, with the names of Socket.IO. */
export interface Device {
  /** Gives a command, with whatever it is given as payloads. */
  ask(name: string, payloads: readonly unknown[]): Promise<Ack<object>>;
  /** Without wanting to be answered. */
  give(name: string, payload: unknown): void;
  /** Loses its connection, and comes back where it does that by itself. */
  drop(): void;
  close(): void;
}
