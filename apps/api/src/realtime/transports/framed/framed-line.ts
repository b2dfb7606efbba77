import { randomUUID } from 'node:crypto';
import type { CommandName, ErrorObject } from '@parley/protocol';
import type { Socket as Connection } from 'engine.io';
import { PacketType } from 'socket.io-parser';
import { asParleyError, ParleyError } from '../../../kernel/errors.js';
import { closeForGood } from '../../connections/closing.js';
import type { Credential } from '../../connections/engine-connection.js';
import { conversationRoom, type ParleySocket } from '../../socket.js';
import { DecodedPacket, Unreadable } from '../decoded-packet.js';
import type { Answer } from './answer.js';
import type { FramedTransport, Speaker } from './framed-transport.js';
import type { Frame, OutgoingEvent } from './outgoing-event.js';
import type { Line, OnAnswer, Wire } from './wire.js';

/** What a line needs of its node. */
export interface LineHost {
  isCommand(name: string): name is CommandName;
  /** Charges the connection for a frame that is no command; why it is refused, or null. */
  chargeFrame(line: object): ParleyError | null;
  /** Called with a refusal that nobody else reports. */
  onRefused(why: ParleyError, at: { transport: string; requestId: string }): void;
}

/** The names by which a socket emits what happens to itself: a client must not reach what listens to them. */
const OWN = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'error',
  'newListener',
  'removeListener',
]);
const NOTHING: readonly never[] = [];

/** Between a wire and its connection: makes packets of Socket.IO of its commands, and hands it what Socket.IO sends. */
export class FramedLine implements Line, Speaker {
  private readonly answers = new Map<number, OnAnswer>();
  private commands = 0;
  /** Commands that came before anybody was let in; null from then on. */
  private held: DecodedPacket[] | null = [];
  private socket: ParleySocket | null = null;
  private wire: Wire | null = null;

  constructor(
    private readonly transport: FramedTransport,
    private readonly connection: Connection,
    private readonly host: LineHost,
  ) {}

  speak(wire: Wire): void {
    this.wire = wire;
    this.transport.speak(this);
    wire.begin?.();
  }

  /** The connection has become this socket. */
  joined(socket: ParleySocket): void {
    this.socket = socket;
  }

  connect(credentials: readonly Credential[]): void {
    this.transport.identify(credentials);
    this.transport.hand(new DecodedPacket({ type: PacketType.CONNECT, nsp: '/', data: {} }));
  }

  run(name: string, payload: unknown, onAnswer: OnAnswer): void {
    this.commands += 1;
    this.answers.set(this.commands, onAnswer);
    const data = [OWN.has(name) ? '' : name, payload];
    const packet = new DecodedPacket({ type: PacketType.EVENT, nsp: '/', id: this.commands, data });
    if (!this.held) return this.transport.hand(packet);
    // What has not been read yet waits on the line and not in memory.
    this.held.push(packet);
    this.transport.socket.pause();
  }

  refuse(why: ParleyError, onAnswer: OnAnswer): void {
    this.run('', new Unreadable(why), onAnswer);
  }

  isCommand(name: string): name is CommandName {
    return this.host.isCommand(name);
  }

  chargeFrame(): ParleyError | null {
    return this.host.chargeFrame(this);
  }

  follows(conversationId: string): boolean {
    return this.socket?.rooms.has(conversationRoom(conversationId)) ?? false;
  }

  send(frame: Frame): void {
    const text = typeof frame === 'string' ? frame : frame.text;
    this.connection.write(text, { frame } as object);
  }

  afterRead(then: () => void): void {
    this.transport.afterPong(then);
    (this.connection as unknown as { sendPacket(type: 'ping'): void }).sendPacket('ping');
  }

  end(why: ParleyError): void {
    this.afterFlush(() => {
      if (this.socket) {
        if (this.socket.connected) closeForGood(this.socket, why);
        return;
      }
      if (this.connection.readyState !== 'open') return;
      for (const frame of this.refusalOf(why)) this.send(frame);
      this.connection.close();
    });
  }

  leave(): void {
    this.transport.leaves();
    this.afterFlush(() => this.connection.close());
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (this.connection.readyState !== 'open') return;
    if (isBinary) this.guarded((wire) => wire.receiveBinary(data));
    else this.guarded((wire) => wire.receive(data.toString()));
  }

  event(event: OutgoingEvent): readonly Frame[] {
    return this.guarded((wire) => wire.event(event)) ?? NOTHING;
  }

  answer(answer: Answer): readonly Frame[] {
    const onAnswer = this.answers.get(answer.number);
    this.answers.delete(answer.number);
    return this.guarded(() => onAnswer?.(answer)) ?? NOTHING;
  }

  connected(): readonly Frame[] {
    // Once Socket.IO has noted whose the connection is.
    queueMicrotask(() => this.release());
    return this.guarded((wire) => wire.connected()) ?? NOTHING;
  }

  refused(error: ErrorObject): readonly Frame[] {
    this.afterFlush(() => this.connection.close());
    return this.guarded((wire) => wire.refused(error)) ?? NOTHING;
  }

  unnamed(): readonly Frame[] {
    // Of one who said it, it could not be found out in time.
    const isNamed = this.transport.facts.credentials.length > 0;
    return this.refusalOf(new ParleyError(isNamed ? 'service_unavailable' : 'unauthenticated'));
  }

  closed(): void {
    this.answers.clear();
    this.guarded((wire) => wire.closed());
  }

  private refusalOf(why: ParleyError): readonly Frame[] {
    const requestId = randomUUID();
    const error = why.toObject(requestId);
    this.host.onRefused(why, { transport: this.transport.facts.transport, requestId });
    this.transport.noteCloseReason(error);
    return this.guarded((wire) => wire.refused(error)) ?? NOTHING;
  }

  private release(): void {
    const { held } = this;
    this.held = null;
    for (const packet of held ?? []) this.transport.hand(packet);
    this.transport.socket.resume();
  }

  /** Engine.IO takes the end of a flush for that of its queue: what closes a connection must not do so during one. */
  private afterFlush(close: () => void): void {
    queueMicrotask(close);
  }

  /** A defect of one wire must end its connection and nothing else. */
  private guarded<Result>(handOver: (wire: Wire) => Result): Result | null {
    try {
      return this.wire && handOver(this.wire);
    } catch (fault) {
      this.end(asParleyError(fault));
      return null;
    }
  }
}
