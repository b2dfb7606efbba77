import { isEvent, LeanSocket, LeanWebSocket } from '@parley/testkit';
import type { LineHandlers, LoadLine } from './load-line.js';
import type { Language, Seat, Target } from './load-protocol.js';
import { OF_PARLEY, OF_RABBITMQ, StompLine } from './stomp-line.js';

type Open = (target: Target, seat: Seat, handlers: LineHandlers) => Promise<LoadLine>;

const OPENERS: Record<Language, Open> = {
  socketio: openSocketIo,
  websocket: openWebSocket,
  stomp: (target, seat, handlers) => StompLine.open({ target, seat, dialect: OF_PARLEY }, handlers),
  rabbitmq: (target, seat, handlers) => StompLine.open({ target, seat, dialect: OF_RABBITMQ }, handlers),
};

/** Resolves once what happens in the conversation comes. */
export const openLine: Open = (target, seat, handlers) => OPENERS[seat.speaks ?? 'socketio'](target, seat, handlers);

const SUCCESS = Buffer.from('"success":true');
const MESSAGE_NEW = Buffer.from('message:new');
const READY = Buffer.from('ready');

async function openSocketIo(target: Target, { auth }: Seat, handlers: LineHandlers): Promise<LoadLine> {
  const ready = Promise.withResolvers<void>();
  // Where the connection ends before that, whoever opens it is told by its own failure.
  ready.promise.catch(() => undefined);
  const socket = await LeanSocket.connect(
    { ...target, auth },
    {
      onEvent: (bytes, start, end) => {
        if (isEvent(bytes, start, MESSAGE_NEW)) handlers.onDelivery(bytes.subarray(start, end));
        else if (isEvent(bytes, start, READY)) ready.resolve();
      },
      onAck: (_id, bytes, start, end) => answered(handlers, bytes.subarray(start, end)),
      onClosed: (reason) => {
        handlers.onClosed(reason);
        ready.reject(new Error(reason));
      },
    },
  );
  await ready.promise;
  let sent = 0;
  return {
    send: (command) => {
      sent += 1;
      socket.send(sent, `["message:send",${JSON.stringify(command)}]`);
    },
  };
}

/** What stands before the name of an event, and before the id of an acknowledgement. */
const TYPE = '{"type":"';
const ID = Buffer.from('{"id"');
const CREATED_NAME = Buffer.from('message.created"');
const READY_NAME = Buffer.from('ready"');

async function openWebSocket(target: Target, { auth }: Seat, handlers: LineHandlers): Promise<LoadLine> {
  const ready = Promise.withResolvers<void>();
  // Where the connection ends before that, whoever opens it is told by its own failure.
  ready.promise.catch(() => undefined);
  const socket = new LeanWebSocket(
    { ...target, path: '/ws', headers: { authorization: `Bearer ${String(auth.token)}` } },
    {
      onText: (bytes, start, end) => {
        const name = start + TYPE.length;
        if (isAt(bytes, name, CREATED_NAME)) handlers.onDelivery(bytes.subarray(start, end));
        else if (isAt(bytes, start, ID)) answered(handlers, bytes.subarray(start, end));
        else if (isAt(bytes, name, READY_NAME)) ready.resolve();
      },
      onClosed: (reason) => {
        handlers.onClosed(reason);
        ready.reject(new Error(reason));
      },
    },
  );
  await ready.promise;
  let sent = 0;
  return {
    send: (data) => {
      sent += 1;
      socket.send(JSON.stringify({ id: sent, type: 'message.send', data }));
    },
  };
}

function answered(handlers: LineHandlers, answer: Buffer): void {
  handlers.onAnswer(answer.includes(SUCCESS), answer);
}

function isAt(bytes: Buffer, at: number, what: Buffer): boolean {
  for (let i = 0; i < what.length; i += 1) if (bytes[at + i] !== what[i]) return false;
  return true;
}
