import { createServer } from 'node:http';
import type { SendCommand } from '@parley/protocol';
import { Server } from 'socket.io';
import { deliveryOf } from './delivery.js';

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

const http = createServer();
const io = new Server(http, { serveClient: false, pingInterval: 15_000, pingTimeout: 8_000 });

io.on('connection', (socket) => {
  const { conversationId, userId } = socket.handshake.auth as Announcement;
  const target = `conversation:${conversationId}`;
  void socket.join(target);
  socket.on('message:send', (command: SendCommand, acknowledge: Acknowledge) => {
    const event = deliveryOf(command, userId);
    io.to(target).emit('message:new', event);
    const { id: messageId, clientMessageId, seq, version, createdAt } = event.message;
    acknowledge({ success: true, messageId, clientMessageId, seq, version, createdAt, duplicate: false });
  });
  socket.emit('ready', { userId });
});

process.on('SIGTERM', () => process.exit(0));
http.listen(Number(process.env.PORT), '127.0.0.1');
