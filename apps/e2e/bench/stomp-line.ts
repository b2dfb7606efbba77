import type { SendCommand } from '@parley/protocol';
import { LeanWebSocket, writeStompFrame } from '@parley/testkit';
import { deliveryOf } from './delivery.js';
import type { LineHandlers, LoadLine } from './load-line.js';
import type { Seat, Target } from './load-protocol.js';

/** What differs between servers of STOMP. */
interface Dialect {
  path: string;
  credentials(seat: Seat): Headers;
  topicOf(seat: Seat): string;
  /** What a sender subscribes to besides. */
  refusals: string | null;
  /** A SEND. */
  send(command: SendCommand, seat: Seat): { headers: Headers; body: string };
  /** A MESSAGE came. */
  message(frame: Buffer, seat: Seat, handlers: LineHandlers): void;
}

type Headers = Record<string, string>;

const CREATED = Buffer.from('\nevent:message.created\n');
const ERROR = Buffer.from('\nevent:error\n');

/** A SEND is answered by its RECEIPT, or in the queue of errors. */
export const OF_PARLEY: Dialect = {
  path: '/stomp',
  credentials: ({ auth }) => ({ Authorization: `Bearer ${String(auth.token)}` }),
  topicOf: ({ conversationId }) => `/topic/conversation/${conversationId}`,
  refusals: '/user/queue/errors',
  send: (command) => ({
    headers: { destination: '/app/chat.send', receipt: 'sent' },
    body: JSON.stringify(command),
  }),
  message: (frame, _seat, handlers) => {
    if (frame.includes(CREATED)) handlers.onDelivery(frame);
    else if (frame.includes(ERROR)) handlers.onAnswer(false, frame);
  },
};

/**
 * RabbitMQ hands on what it is sent: a whole delivery. Its RECEIPT comes before the deliveries, so that the queues of
 * readers would grow: a sender waits for its own message instead.
 */
export const OF_RABBITMQ: Dialect = {
  path: '/ws',
  credentials: () => ({ host: '/', login: 'guest', passcode: 'guest' }),
  topicOf: ({ conversationId }) => `/topic/conversation.${conversationId}`,
  refusals: null,
  send: (command, seat) => ({
    headers: { destination: OF_RABBITMQ.topicOf(seat) },
    body: JSON.stringify(deliveryOf(command, String(seat.auth.userId))),
  }),
  message: (frame, seat, handlers) => {
    handlers.onDelivery(frame);
    if (seat.sends && frame.includes(`"actorId":"${String(seat.auth.userId)}"`)) handlers.onAnswer(true, frame);
  },
};

/** As `@stomp/stompjs` promises and asks for. */
const HEART_BEAT_MS = 10_000;
/** The first signs of MESSAGE, RECEIPT and CONNECTED, and a heart-beat. */
const FIRST = { message: 0x4d, receipt: 0x52, connected: 0x43, heartBeat: 0x0a };

interface StompSeat {
  target: Target;
  seat: Seat;
  dialect: Dialect;
}

/** A reader of one topic by STOMP 1.2, and a sender to it. */
export class StompLine implements LoadLine {
  private readonly ready = Promise.withResolvers<void>();
  private readonly socket: LeanWebSocket;
  private isReady = false;

  private constructor(
    private readonly options: StompSeat,
    private readonly handlers: LineHandlers,
  ) {
    const { target, dialect } = options;
    this.socket = new LeanWebSocket(
      { ...target, path: dialect.path, headers: { 'sec-websocket-protocol': 'v12.stomp' } },
      {
        onOpen: () => this.connect(),
        onText: (bytes, start, end) => this.received(bytes.subarray(start, end)),
        onClosed: (reason) => {
          handlers.onClosed(reason);
          this.ready.reject(new Error(reason));
        },
      },
    );
  }

  /** Resolves once the topic is subscribed to. */
  static async open(options: StompSeat, handlers: LineHandlers): Promise<StompLine> {
    const line = new StompLine(options, handlers);
    await line.ready.promise;
    return line;
  }

  send(command: SendCommand): void {
    const { headers, body } = this.options.dialect.send(command, this.options.seat);
    const described = { ...headers, 'content-type': 'application/json', 'content-length': String(body.length) };
    this.write('SEND', described, body);
  }

  private connect(): void {
    const { dialect, seat } = this.options;
    const beats = `${HEART_BEAT_MS},${HEART_BEAT_MS}`;
    this.write('CONNECT', { 'accept-version': '1.2', 'heart-beat': beats, ...dialect.credentials(seat) });
  }

  private received(frame: Buffer): void {
    const { dialect, seat } = this.options;
    switch (frame[0]) {
      case FIRST.message:
        return dialect.message(frame, seat, this.handlers);
      case FIRST.receipt:
        return this.receipt(frame);
      case FIRST.connected:
        return this.subscribe();
      case FIRST.heartBeat:
        return;
      default:
        this.socket.close(frame.toString());
    }
  }

  private subscribe(): void {
    const { dialect, seat } = this.options;
    setInterval(() => this.socket.send('\n'), HEART_BEAT_MS);
    if (seat.sends && dialect.refusals) this.write('SUBSCRIBE', { id: 'errors', destination: dialect.refusals });
    this.write('SUBSCRIBE', { id: 'sub-0', destination: dialect.topicOf(seat), receipt: 'subscribed' });
  }

  /** The first is that of the subscription. */
  private receipt(frame: Buffer): void {
    if (this.isReady) return this.handlers.onAnswer(true, frame);
    this.isReady = true;
    this.ready.resolve();
  }

  private write(command: string, headers: Headers, body = ''): void {
    this.socket.send(writeStompFrame(command, headers, body));
  }
}
