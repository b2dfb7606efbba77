import type { EventName } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';

export interface Heard {
  name: EventName;
  payload: any;
}

/** Events that take a version; `conversation:created` is the first of them that its receiver hears. */
const DURABLE = new Set<EventName>([
  'message:new',
  'message:edited',
  'message:deleted',
  'reaction:updated',
  'conversation:created',
  'conversation:updated',
  'conversation:archived',
  'member:added',
  'member:updated',
  'member:removed',
]);
const TIMEOUT_MS = 15_000;

const conversationOf = ({ name, payload }: Heard): string =>
  name === 'conversation:created' ? payload.conversation.id : payload.conversationId;

/** A socket.io-client that remembers what it heard, in order, and never comes back by itself. */
export class TestSocket {
  readonly heard: Heard[] = [];
  /** Why it ended, or was refused: `connect_error` with the error object in `refusal`. */
  ended: string | null = null;
  refusal: any = null;
  readonly io: Socket;

  constructor(url: string, options: Partial<ManagerOptions & SocketOptions> = {}) {
    this.io = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options });
    this.io.onAny((name: EventName, payload: unknown) => void this.heard.push({ name, payload }));
    this.io.on('disconnect', (reason) => {
      this.ended = reason;
    });
    this.io.on('connect_error', (fault) => {
      this.ended = 'connect_error';
      this.refusal = (fault as { data?: unknown }).data ?? null;
    });
  }

  /** A socket that is connected and has its `ready`. */
  static async open(
    url: string,
    token: string,
    options: Partial<ManagerOptions & SocketOptions> = {},
  ): Promise<TestSocket> {
    const socket = new TestSocket(url, { auth: { token }, ...options });
    await socket.first('ready');
    return socket;
  }

  /** Gives a command and returns its acknowledgement. */
  ask(command: string, ...payload: unknown[]): Promise<any> {
    return this.io.timeout(TIMEOUT_MS).emitWithAck(command, ...payload);
  }

  /** Sends a text; returns the acknowledgement of a success. */
  async say(conversationId: string, content: string, more: object = {}): Promise<any> {
    const ack = await this.ask('message:send', { conversationId, content, ...more });
    if (!ack.success) throw new Error(`Not sent: ${JSON.stringify(ack.error)}`);
    return ack;
  }

  /** The payload of the first event of this name that fits, once it is there. */
  async first(name: EventName, fits: (payload: any) => boolean = () => true): Promise<any> {
    const found = await eventually(`a socket hears ${name}; it heard ${this.names()}, ended: ${this.ended}`, () =>
      this.heard.find((each) => each.name === name && fits(each.payload)),
    );
    return found.payload;
  }

  /** The payloads of all events of this name so far. */
  all(name: EventName): any[] {
    return this.heard.flatMap((each) => (each.name === name ? [each.payload] : []));
  }

  /** The durable events of a conversation so far, in order of arrival. */
  durable(conversationId: string): Heard[] {
    return this.heard.filter((each) => DURABLE.has(each.name) && conversationOf(each) === conversationId);
  }

  versions(conversationId: string): number[] {
    return this.durable(conversationId).map(({ payload }) => payload.version);
  }

  /** Waits for the event of this conversation with this version, and so for all before it. */
  async reaches(conversationId: string, version: number): Promise<void> {
    await eventually(`a socket reaches version ${version}; it has ${this.versions(conversationId).join(' ')}`, () =>
      this.versions(conversationId).includes(version),
    );
  }

  /** Waits for its end and returns the reason. */
  end(): Promise<string> {
    return eventually(`a socket ends; it heard ${this.names()}`, () => this.ended);
  }

  close(): void {
    this.io.disconnect();
  }

  private names(): string {
    return this.heard.map(({ name }) => name).join(' ');
  }
}
