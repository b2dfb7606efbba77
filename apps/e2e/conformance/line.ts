import type { Ack, Announced, CommandName, Commands, ErrorObject, EventName, Events } from '@parley/protocol';
import type { Socket } from 'socket.io-client';
import type { Coverage } from './coverage.js';
import type { Device, DeviceListener } from './device.contract.js';
import { Invariants } from './invariants.js';
import type { ReceivedEvent } from './received-event.js';
import { SocketIoDevice } from './socketio-device.js';
import { Watchers } from './watchers.js';

/** Events with a conversation and a place in its order. */
type Durable = Extract<ReceivedEvent['payload'], { version: number }>;

/** One client that records what it receives, in order. It reconnects by itself only if that is set. */
export class Line {
  readonly received: ReceivedEvent[] = [];
  /** Why it was closed or refused, the latest one. */
  ended: string | null = null;
  /** `err.data` of a refused handshake. */
  refusal: ErrorObject | null = null;
  private readonly device: Device;
  private readonly invariants = new Invariants();
  private readonly watchers = new Watchers();

  constructor(
    private readonly coverage: Coverage,
    connect: (listener: DeviceListener) => Device,
  ) {
    this.device = connect({
      connected: () => this.invariants.connected(),
      received: (name, payload) => this.take({ name, payload } as ReceivedEvent),
      ended: (reason, refusal) => this.end(reason, refusal),
    });
  }

  /** For frames and packets that only Socket.IO has. */
  get socket(): Socket {
    if (!(this.device instanceof SocketIoDevice)) throw new Error('This is no socket.io-client.');
    return this.device.socket;
  }

  give(name: CommandName, payload: unknown): void {
    this.device.give(name, payload);
  }

  /** Loses its connection; resolves once it has noticed. */
  async drop(): Promise<void> {
    this.ended = null;
    this.device.drop();
    await this.closed();
  }

  ready(): Promise<Announced> {
    return this.first('ready');
  }

  /** Gives a command of the contract; throws what refuses it. */
  async ask<Name extends CommandName>(
    name: Name,
    payload: Commands[Name]['payload'],
  ): Promise<Commands[Name]['result'] & { success: true }> {
    const answer = await this.try<Commands[Name]['result']>(name, payload);
    if (!answer.success) throw new Error(`${name} was refused: ${JSON.stringify(answer.error)}`);
    return answer;
  }

  /** Sends anything at all; returns the acknowledgement as it is. */
  async try<Result = object>(name: string, ...payload: unknown[]): Promise<Ack<Result>> {
    const [first] = payload as [{ conversationId?: string } | undefined];
    const conversationId = String(first?.conversationId);
    if (name === 'conversation:join') this.invariants.joins(conversationId);
    const answer = (await this.device.ask(name, payload)) as Ack<Result>;
    this.coverage.contract.acked(name, answer as Ack<object>);
    if (answer.success) this.coverage.commands.add(name);
    if (answer.success && name === 'conversation:leave') this.invariants.left(conversationId);
    return answer;
  }

  /** Gives anything that has to be refused; the error. */
  async refused(name: string, ...payload: unknown[]): Promise<ErrorObject> {
    const answer = await this.try(name, ...payload);
    if (answer.success) throw new Error(`${name} was not refused: ${JSON.stringify(answer)}`);
    return answer.error;
  }

  say(conversationId: string, content: string, more: object = {}) {
    return this.ask('message:send', { conversationId, content, ...more });
  }

  /** The first event of this name that fits, come or yet to come. */
  first<Name extends EventName>(name: Name, fits: (payload: Events[Name]) => boolean = () => true) {
    return this.watchers.until(
      () => `${name} came; there were ${this.names()}; ended: ${this.ended}`,
      () => this.all(name).find(fits),
    );
  }

  /** Waits for the durable event with this version of the conversation, and so for all before it. */
  async reaches(conversationId: string, version: number): Promise<void> {
    await this.watchers.until(
      () => `version ${version} came; there were ${this.versions(conversationId).join(' ')}; ended: ${this.ended}`,
      () => this.durable(conversationId).find((each) => each.version >= version),
    );
  }

  /** Waits until the connection is closed or refused; why. */
  closed(): Promise<string> {
    return this.watchers.until(
      () => `the connection ended; it received ${this.names()}`,
      () => this.ended ?? undefined,
    );
  }

  /** All events of this name so far, in order. */
  all<Name extends EventName>(name: Name): Events[Name][] {
    return this.received.flatMap((each) => (each.name === name ? [each.payload as Events[Name]] : []));
  }

  /** The durable events of a conversation so far, in the order in which they came. */
  durable(conversationId: string): Durable[] {
    return this.received.flatMap(({ payload }) =>
      'version' in payload && idOf(payload) === conversationId ? [payload] : [],
    );
  }

  versions(conversationId: string): number[] {
    return this.durable(conversationId).map(({ version }) => version);
  }

  /** Everything received of a conversation so far, by name. */
  namesOf(conversationId: string): EventName[] {
    return this.received.flatMap(({ name, payload }) =>
      ('conversationId' in payload && payload.conversationId === conversationId) ||
      ('conversation' in payload && payload.conversation.id === conversationId)
        ? [name]
        : [],
    );
  }

  /** Closes it; what was wrong on it from its beginning. */
  close(): readonly string[] {
    this.device.close();
    return this.invariants.broken;
  }

  private take(event: ReceivedEvent): void {
    this.received.push(event);
    this.coverage.events.add(event.name);
    this.coverage.contract.received(event.name, event.payload);
    this.invariants.take(event);
    this.watchers.wake();
  }

  private end(reason: string, refusal: ErrorObject | null = this.refusal): void {
    this.ended = reason;
    this.refusal = refusal;
    this.watchers.wake();
  }

  private names(): string {
    return this.received.map(({ name }) => name).join(' ');
  }
}

const idOf = (payload: Durable): string =>
  'conversationId' in payload ? payload.conversationId : payload.conversation.id;
