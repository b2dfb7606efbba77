import type {
  Ack,
  Announced,
  ClientToServerEvents,
  CommandName,
  Commands,
  EventName,
  Events,
  ServerToClientEvents,
} from '@parley/protocol';
import { io, type Socket } from 'socket.io-client';

export interface LoggedEvent<Name extends EventName = EventName> {
  name: Name;
  payload: Events[Name];
  /** Milliseconds, `performance.now()`. */
  at: number;
}

/** A plain socket.io-client that remembers every event in the order of its arrival. */
export class ScriptedClient {
  readonly events: LoggedEvent[] = [];
  /** Why the connection ended or was refused, oldest first. */
  readonly closings: string[] = [];
  private readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  private readonly watchers = new Set<() => void>();

  constructor(url: string, token: string, options: { reconnect?: boolean } = {}) {
    this.socket = io(url, {
      auth: { token },
      transports: ['websocket'],
      forceNew: true,
      reconnection: options.reconnect ?? false,
      reconnectionDelay: 50,
      reconnectionDelayMax: 500,
    });
    this.socket.onAny((name: EventName, payload: Events[EventName]) => {
      this.events.push({ name, payload, at: performance.now() });
      this.wake();
    });
    this.socket.on('disconnect', (reason) => this.closed(reason));
    this.socket.on('connect_error', (error) => this.closed(`connect_error: ${error.message}`));
  }

  /** A connected client, after its `ready`. */
  static async connect(url: string, token: string, options: { reconnect?: boolean } = {}): Promise<ScriptedClient> {
    const client = new ScriptedClient(url, token, options);
    await client.ready();
    return client;
  }

  get isConnected(): boolean {
    return this.socket.connected;
  }

  async ready(): Promise<Announced> {
    return (await this.waitFor('ready')).payload;
  }

  /** Sends a command; rejects if no ack comes within `timeoutMs` or the connection ends first. */
  command<Name extends CommandName>(
    name: Name,
    payload: Commands[Name]['payload'],
    timeoutMs = 60_000,
  ): Promise<Ack<Commands[Name]['result']>> {
    const { promise, resolve, reject } = Promise.withResolvers<Ack<Commands[Name]['result']>>();
    const ended = () => reject(new Error(`${name}: the connection ended before the ack`));
    const timer = setTimeout(() => reject(new Error(`${name}: no ack within ${timeoutMs} ms`)), timeoutMs);
    this.socket.once('disconnect', ended);
    const acked = (answer: Ack<Commands[Name]['result']>) => resolve(answer);
    // The typed `emit` cannot see that a name and its payload belong together.
    (this.socket as Socket).emit(name, payload, acked);
    return promise.finally(() => {
      clearTimeout(timer);
      this.socket.off('disconnect', ended);
    });
  }

  /** The first event of that name for which `matches` holds, come or yet to come. */
  waitFor<Name extends EventName>(
    name: Name,
    matches: (payload: Events[Name]) => boolean = () => true,
    timeoutMs = 60_000,
  ): Promise<LoggedEvent<Name>> {
    const find = () => this.named(name).find((event) => matches(event.payload));
    const { promise, resolve, reject } = Promise.withResolvers<LoggedEvent<Name>>();
    const look = () => {
      const found = find();
      if (found) resolve(found);
    };
    const timer = setTimeout(
      () => reject(new Error(`No "${name}" within ${timeoutMs} ms. Closings: ${this.closings.join('; ') || 'none'}`)),
      timeoutMs,
    );
    this.watchers.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      this.watchers.delete(look);
    });
  }

  /** The events of one name so far, in order. */
  named<Name extends EventName>(name: Name): LoggedEvent<Name>[] {
    return this.events.filter((event): event is LoggedEvent<Name> => event.name === name);
  }

  close(): void {
    this.socket.disconnect();
  }

  private closed(reason: string): void {
    this.closings.push(reason);
    this.wake();
  }

  private wake(): void {
    for (const watcher of this.watchers) watcher();
  }
}
