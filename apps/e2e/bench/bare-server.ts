import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { Message, MessageNewEvent, SendCommand } from '@parley/protocol';
import { Server } from 'socket.io';

/**
 * What Parley is compared with: Socket.IO alone, as its documentation shows it, in a process of its own.
 * It broadcasts a delivery of the same shape and length as Parley's and keeps nothing: no database, no
 * authentication, no validation, no order across nodes. A connection names its conversation instead of a token.
 */

interface Announcement {
  conversationId: string;
  userId: string;
}

type Acknowledge = (answer: Record<string, unknown>) => void;

const heads = new Map<string, number>();
const http = createServer();
const io = new Server(http, { serveClient: false, pingInterval: 15_000, pingTimeout: 8_000 });

function delivery(command: SendCommand, senderId: string): MessageNewEvent {
  const { conversationId, content, clientMessageId = randomUUID(), type = 'text', metadata = {} } = command;
  const seq = (heads.get(conversationId) ?? 0) + 1;
  heads.set(conversationId, seq);
  const message: Message = {
    id: randomUUID(),
    conversationId,
    seq,
    clientMessageId,
    senderId,
    senderType: 'user',
    type: type as Message['type'],
    content,
    metadata,
    mentions: [],
    replyTo: null,
    reactions: [],
    status: 'sent',
    createdAt: new Date().toISOString(),
    editedAt: null,
    deletedAt: null,
    isDeleted: false,
    version: seq + 1,
  };
  return { conversationId, version: message.version, actorId: senderId, message };
}

io.on('connection', (socket) => {
  const { conversationId, userId } = socket.handshake.auth as Announcement;
  const target = `conversation:${conversationId}`;
  void socket.join(target);
  socket.on('message:send', (command: SendCommand, acknowledge: Acknowledge) => {
    const event = delivery(command, userId);
    io.to(target).emit('message:new', event);
    const { id: messageId, clientMessageId, seq, version, createdAt } = event.message;
    acknowledge({ success: true, messageId, clientMessageId, seq, version, createdAt, duplicate: false });
  });
  socket.emit('ready', { userId });
});

process.on('SIGTERM', () => process.exit(0));
http.listen(Number(process.env.PORT), '127.0.0.1');
