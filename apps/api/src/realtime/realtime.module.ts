import { Module } from '@nestjs/common';
import { CONFIG } from '../config/config.js';
import { NODE_LINK, type NodeLink } from '../platform/nodes/node-link.js';
import { EventReporter } from '../platform/telemetry/event-reporter.js';
import { LinkedNodeBus } from './bus/linked-node-bus.js';
import { MemoryNodeBus } from './bus/memory-node-bus.js';
import { NodeBus } from './bus/node-bus.js';
import { BudgetExchange } from './commands/budget-exchange.js';
import { Connections } from './connections/connections.js';
import { FloodLimiter } from './connections/flood-limiter.js';
import { HandshakeLimiter } from './connections/handshake-limiter.js';
import { OpenConversations } from './connections/open-conversations.js';
import { UserConnectionLimiter } from './connections/user-connection-limiter.js';
import { UserSockets } from './connections/user-sockets.js';
import { ChangeEvents } from './hub/change-events.js';
import { Hub } from './hub/hub.js';
import { MembershipReconciler } from './hub/membership-reconciler.js';
import { Reconciler } from './hub/reconciler.js';
import { RealtimeReadings } from './realtime-readings.js';
import { IO } from './socket.js';
import { createSocketIoServer } from './transports/socketio/socketio.server.js';

const bus = {
  provide: NodeBus,
  useFactory: (link: NodeLink | null, reporter: EventReporter) =>
    link ? new LinkedNodeBus(link, reporter) : new MemoryNodeBus(reporter),
  inject: [NODE_LINK, EventReporter],
};

const io = { provide: IO, useFactory: createSocketIoServer, inject: [CONFIG] };

@Module({
  providers: [
    HandshakeLimiter,
    Hub,
    ChangeEvents,
    UserSockets,
    FloodLimiter,
    BudgetExchange,
    UserConnectionLimiter,
    Connections,
    OpenConversations,
    MembershipReconciler,
    Reconciler,
    RealtimeReadings,
    bus,
    io,
  ],
  exports: [
    BudgetExchange,
    IO,
    NodeBus,
    HandshakeLimiter,
    FloodLimiter,
    Hub,
    ChangeEvents,
    Connections,
    OpenConversations,
    Reconciler,
  ],
})
export class RealtimeModule {}
