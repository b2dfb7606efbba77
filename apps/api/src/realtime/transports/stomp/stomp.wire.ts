import { type ErrorObject, type EventName, frameType } from '@parley/protocol';
import { asParleyError, invalid, notFound, ParleyError } from '../../../kernel/errors.js';
import { noteFaults } from '../../../kernel/i-json.js';
import { commandAt, conversationOf, isQueue, MESSAGES, topicFor, topicOf } from '../../stomp-destinations.js';
import type { Answer } from '../framed/answer.js';
import type { Beginning } from '../framed/endpoint.js';
import type { Frame, OutgoingEvent } from '../framed/outgoing-event.js';
import type { Line, Wire } from '../framed/wire.js';
import { checkClientFrame, subscriptionIdOf } from './client-frames.js';
import { credentialsOf } from './credentials.js';
import { FrameDecoder, type StompFrame } from './frame-decoder.js';
import { encodeHeader } from './frame-encoder.js';
import { badFrame } from './header-text.js';
import { type AgreedBeats, agreeOnBeats, HeartBeats } from './heart-beats.js';
import { answerMessage, connectedFrame, errorFrame, eventMessage, queueOf, receiptFrame } from './server-frames.js';
import { MOST_SUBSCRIPTIONS, type Subscription, Subscriptions } from './subscriptions.js';
import { chooseVersion, SPOKEN_VERSIONS, type StompVersion } from './version-negotiation.js';

/** What comes with `ready`, and what changes it: kept until somebody subscribes, since nobody can before they are connected. */
const EARLY: readonly EventName[] = [
  'ready',
  'auth:expiring',
  'service:degraded',
  'service:restored',
  'server:announcement',
  'typing:update',
];
const MOST_EARLY = 100;

/**
 * `begun`: nothing but a CONNECT is taken. `connecting`: whoever it is is being looked at, frames wait. `open`. `leaving`:
 * no frame is taken any more, but the commands of before are answered. `over`: an ERROR is or was the last frame.
 */
type Phase = 'begun' | 'connecting' | 'open' | 'leaving' | 'over';

/** STOMP on one connection: which frame may come when, and what is answered. */
export class StompWire implements Wire {
  private phase: Phase = 'begun';
  private isReady = false;
  private readonly decoder = new FrameDecoder();
  private readonly subscriptions = new Subscriptions();
  private agreed: AgreedBeats = { outgoing: 0, incoming: 0 };
  private beats: HeartBeats | null = null;
  /** What came before the first subscription to the queue that has it; the latest of each kind. */
  private early: Map<string, OutgoingEvent> | null = new Map();
  /** Subscriptions to topics that came before `ready`, with which it is known what the connection follows. */
  private unconfirmed: (() => void)[] = [];
  /** Commands without an answer. */
  private underWay = 0;
  /** What is sent behind the last answer to a client that leaves. */
  private farewell: readonly Frame[] = [];
  /** What the frame at fault wanted to be confirmed. */
  private failedReceipt: string | undefined;

  constructor(
    private readonly line: Line,
    private readonly beginning: Beginning,
  ) {}

  receive(text: string): void {
    this.receiveBinary(Buffer.from(text));
  }

  /** Clients choose one or the other kind of message for reasons of their own. */
  receiveBinary(data: Buffer): void {
    if (this.phase === 'leaving' || this.phase === 'over') return;
    this.beats?.heard();
    this.read(data);
  }

  event(event: OutgoingEvent): readonly Frame[] {
    if (event.name === 'server:closing') return [this.error((event.payload as { error: ErrorObject }).error)];
    if (event.name === 'ready') this.becomeReady();
    if (this.phase !== 'open') return [];
    const frames = this.messagesOf(event);
    if (frames.length > 0) this.beats?.sent();
    else this.keep(event);
    return frames;
  }

  connected(): readonly Frame[] {
    this.phase = 'open';
    this.beats = new HeartBeats(this.agreed, {
      beat: () => this.line.send('\n'),
      missed: () => this.fail(new ParleyError('slow_consumer', { message: 'No heart-beat came in time.' })),
    });
    // What came behind CONNECT is answered behind CONNECTED.
    queueMicrotask(() => this.read());
    return [connectedFrame(this.version)];
  }

  refused(error: ErrorObject): readonly Frame[] {
    return [this.error(error)];
  }

  closed(): void {
    this.phase = 'over';
    this.beats?.stop();
  }

  /** Before it is agreed on nothing is written that would need an escape. */
  private get version(): StompVersion {
    return this.decoder.version ?? '1.0';
  }

  private read(data?: Buffer): void {
    let frame: StompFrame | null = null;
    try {
      if (data) this.decoder.push(data);
      while (this.phase === 'begun' || this.phase === 'open') {
        frame = null;
        frame = this.decoder.next();
        if (!frame) return;
        this.handle(frame);
      }
    } catch (fault) {
      this.fail(fault, frame);
    }
  }

  private handle(frame: StompFrame): void {
    if (this.phase === 'begun') return this.connect(frame);
    checkClientFrame(frame, this.version);
    this.charge(frame);
    switch (frame.command) {
      case 'SEND':
        return this.send(frame);
      case 'SUBSCRIBE':
        return this.subscribe(frame);
      case 'UNSUBSCRIBE':
        this.subscriptions.remove(subscriptionIdOf(frame));
        return this.confirm(frame);
      case 'ACK':
      case 'NACK':
        // Nothing waits for it: what a client has missed it reads again.
        return this.confirm(frame);
      case 'DISCONNECT':
        return this.disconnect(frame);
      default:
        throw new ParleyError('unsupported', { message: 'There are no transactions here.' });
    }
  }

  /** Commands are charged like those of other transports; all else costs little, and so has a limit of its own. */
  private charge({ command }: StompFrame): void {
    if (command === 'SEND') return;
    const refusal = this.line.chargeFrame();
    if (refusal) throw refusal;
  }

  private connect(frame: StompFrame): void {
    const { command, headers } = frame;
    if (command !== 'CONNECT' && command !== 'STOMP') throw badFrame('command', 'the first frame is CONNECT');
    const version = chooseVersion(headers.get('accept-version'));
    if (!version) throw new ParleyError('unsupported', { message: `STOMP ${SPOKEN_VERSIONS} is spoken here.` });
    this.decoder.version = version;
    if (version !== '1.0') this.agreed = agreeOnBeats(headers.get('heart-beat'));
    this.phase = 'connecting';
    this.line.connect(credentialsOf(frame, this.beginning));
  }

  private send(frame: StompFrame): void {
    const { headers, body } = frame;
    if (headers.has('transaction'))
      throw new ParleyError('unsupported', { message: 'There are no transactions here.' });
    const name = commandAt(headers.get('destination') ?? '', headers.get('event'));
    if (name === null) throw notFound();
    const answer = (given: Answer) => this.answer(frame, name, given);
    this.underWay += 1;
    const payload = parsed(body);
    if (payload === undefined && body !== '') this.line.refuse(invalid('', 'The body has to be JSON.'), answer);
    else this.line.run(name, payload, answer);
  }

  /** A refused SEND has no RECEIPT, and ends nothing. */
  private answer(frame: StompFrame, name: string, answer: Answer): readonly Frame[] {
    const ack = answer.read();
    const command = this.line.isCommand(name) ? frameType(name) : undefined;
    const answered = { command, receipt: frame.headers.get('receipt'), ack };
    const frames = this.subscriptions
      .at(queueOf(ack))
      .map((subscription) => answerMessage(answered, subscription, this.version));
    return this.afterAnswer(ack.success ? [...frames, ...this.receiptOf(frame)] : frames);
  }

  /** It counts from now on, whenever it is confirmed: what is not for this user does not come in either case. */
  private subscribe(frame: StompFrame): void {
    const destination = frame.headers.get('destination') ?? '';
    const conversationId = conversationOf(destination);
    if (conversationId === null && !isQueue(destination)) throw notFound();
    this.subscriptions.add(this.subscriptionOf(frame, conversationId));
    if (conversationId !== null) return this.confirmTopic(frame, conversationId);
    this.confirm(frame);
    if (destination === MESSAGES) this.handOver();
  }

  private subscriptionOf(frame: StompFrame, conversationId: string | null): Subscription {
    const { version } = this;
    const { headers } = frame;
    const target = conversationId ?? headers.get('destination') ?? '';
    const id = headers.get('id');
    const destination = conversationId === null ? target : topicOf(conversationId);
    return {
      id: subscriptionIdOf(frame),
      target,
      head: `${id === undefined ? '' : encodeHeader(['subscription', id], version)}destination:${destination}\n`,
      wantsAcks: version === '1.2' && (headers.get('ack') ?? 'auto') !== 'auto',
    };
  }

  private confirmTopic(frame: StompFrame, conversationId: string): void {
    if (this.unconfirmed.length >= MOST_SUBSCRIPTIONS) throw new ParleyError('rate_limited', { retryAfterMs: 1_000 });
    this.underWay += 1;
    const confirm = () => this.confirmFollowed(frame, conversationId);
    if (this.isReady) confirm();
    else this.unconfirmed.push(confirm);
  }

  /** Members follow all of their conversations already; whoever was just made one may have to be looked up. */
  private confirmFollowed(frame: StompFrame, conversationId: string): void {
    if (this.line.follows(conversationId)) return this.sendAll(this.afterAnswer(this.receiptOf(frame)));
    this.line.run('conversation:join', { conversationId }, (answer) => {
      const ack = answer.read();
      if (ack.success) return this.afterAnswer(this.receiptOf(frame));
      const { code, ...why } = ack.error;
      this.fail(new ParleyError(code, why), frame);
      return this.afterAnswer([]);
    });
  }

  private messagesOf(event: OutgoingEvent): readonly Frame[] {
    const topic = topicFor(event);
    const followers = topic === null ? [] : this.subscriptions.at(topic);
    const receivers = followers.length > 0 ? followers : this.subscriptions.at(MESSAGES);
    const [only] = receivers;
    if (only && receivers.length === 1) return eventMessage(event, only);
    return receivers.flatMap((subscription) => eventMessage(event, subscription));
  }

  private keep(event: OutgoingEvent): void {
    if (!this.early || !EARLY.includes(event.name) || this.early.size >= MOST_EARLY) return;
    this.early.set(`${event.name} ${event.conversationId ?? ''}`, event);
  }

  private becomeReady(): void {
    this.isReady = true;
    const steps = this.unconfirmed;
    this.unconfirmed = [];
    queueMicrotask(() => {
      for (const confirm of steps) if (this.phase !== 'over') confirm();
    });
  }

  private handOver(): void {
    const events = [...(this.early?.values() ?? [])];
    this.early = null;
    for (const event of events) this.sendAll(this.messagesOf(event));
  }

  /** Its RECEIPT says that all of its commands were answered, and so it comes behind those answers. */
  private disconnect(frame: StompFrame): void {
    this.phase = 'leaving';
    this.farewell = this.receiptOf(frame);
    if (this.underWay > 0) return;
    this.sendAll(this.farewell);
    this.line.leave();
  }

  private afterAnswer(frames: readonly Frame[]): readonly Frame[] {
    this.underWay -= 1;
    if (this.phase !== 'leaving' || this.underWay > 0) return frames;
    queueMicrotask(() => this.line.leave());
    return [...frames, ...this.farewell];
  }

  private confirm(frame: StompFrame): void {
    this.sendAll(this.receiptOf(frame));
  }

  private sendAll(frames: readonly Frame[]): void {
    for (const frame of frames) this.line.send(frame);
  }

  private receiptOf({ headers }: StompFrame): readonly Frame[] {
    const receipt = headers.get('receipt');
    return receipt === undefined ? [] : [receiptFrame(receipt, this.version)];
  }

  /** ERROR, and the end. */
  private fail(fault: unknown, frame: StompFrame | null = null): void {
    // CONNECT has no receipt.
    if (this.phase === 'open') this.failedReceipt = frame?.headers.get('receipt');
    this.phase = 'over';
    this.line.end(asParleyError(fault));
  }

  private error(error: ErrorObject): string {
    this.phase = 'over';
    return errorFrame(error, this.version, this.failedReceipt);
  }
}

/** Undefined where it is no JSON. */
function parsed(body: string): unknown {
  try {
    const payload: unknown = JSON.parse(body);
    noteFaults(payload, body);
    return payload;
  } catch {
    return undefined;
  }
}
