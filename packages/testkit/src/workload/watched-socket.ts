import type { ClientSocket, SocketOpener } from '@parley/client';
import type { Ack, CommandName, Commands, EventName, Events, MarkResult, SendResult } from '@parley/protocol';
import { io } from 'socket.io-client';
import { hashOf } from '../history/recorder.js';
import { durable } from './durable-events.js';
import type { Asked, Granted, Journal } from './journal.js';

/** Opens the SDK's sockets, and writes down what goes over them without touching it. */
export function watchedSockets(journal: Journal): SocketOpener {
  let connection = 0;
  return (url, options) => {
    connection += 1;
    const own = connection;
    const socket = io(url, options);
    let hasOpened = false;
    socket.on('connect', () => {
      hasOpened = true;
      journal.link('opened', own);
    });
    const open = new Set<number>();
    socket.on('disconnect', (reason) => {
      for (const ref of open) journal.info(ref, reason);
      open.clear();
      if (hasOpened) journal.link('lost', own, reason);
    });
    socket.onAny((name: EventName, payload: Events[EventName]) => {
      if (name === 'ready') journal.link('ready', own);
      const heard = durable(name, payload);
      if (heard) journal.heard(own, heard, false);
    });
    const emit = socket.emit.bind(socket);
    const watched = (name: CommandName, payload: unknown, ack?: (answer: Ack<object>) => void) => {
      const asked = QUESTIONS[name]?.(payload as never);
      if (!asked || !ack) return emit(name, payload, ack);
      const ref = journal.call(asked);
      open.add(ref);
      return emit(name, payload, (answer: Ack<object>) => {
        if (open.delete(ref)) answered(journal, { name, ref, answer });
        ack(answer);
      });
    };
    socket.emit = watched as typeof socket.emit;
    return socket as ClientSocket;
  };
}

const QUESTIONS: { [Name in CommandName]?: (payload: Commands[Name]['payload']) => Asked } = {
  'message:send': ({ conversationId, clientMessageId, content }) => ({
    command: 'send',
    conversation: conversationId,
    clientMessageId,
    hash: hashOf(content),
  }),
  'message:edit': ({ messageId, content }) => ({ command: 'edit', id: messageId, hash: hashOf(content) }),
  'message:delete': ({ messageId }) => ({ command: 'delete', id: messageId, hash: hashOf('') }),
  'reaction:add': ({ messageId }) => ({ command: 'react', id: messageId }),
  'message:read': ({ conversationId, seq }) => ({ command: 'read', conversation: conversationId, seq }),
};

function answered(journal: Journal, asked: { name: CommandName; ref: number; answer: Ack<object> }): void {
  const { name, ref, answer } = asked;
  if (answer.success) journal.ok(ref, granted(name, answer));
  else journal.refused(ref, (answer as Extract<Ack<object>, { success: false }>).error);
}

function granted(name: CommandName, answer: object): Granted {
  if (name === 'message:send') {
    const { messageId, seq, version, duplicate } = answer as SendResult;
    return { id: messageId, seq, version, duplicate };
  }
  if (name === 'message:read') {
    const { lastReadSeq, unreadCount } = answer as MarkResult;
    return { lastReadSeq, unreadCount };
  }
  return { version: (answer as { version: number }).version };
}
