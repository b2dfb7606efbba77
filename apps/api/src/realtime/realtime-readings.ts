import { Inject, Injectable } from '@nestjs/common';
import { NODE_LINK, type NodeLink } from '../platform/nodes/node-link.js';
import { TRANSPORTS } from '../platform/telemetry/metric-catalogue.js';
import { type Reading, Readings, single } from '../platform/telemetry/readings.js';
import { NodeBus } from './bus/node-bus.js';
import { transportOf } from './connections/connection-facts.js';
import { Connections } from './connections/connections.js';
import { Hub } from './hub/hub.js';
import { IO, type ParleyServer, type ParleySocket } from './socket.js';
import { VERSION } from './version.js';

const STATES = ['opening', 'open', 'closing'] as const;

/** What this node's sockets, streams and its bus are at. */
@Injectable()
export class RealtimeReadings {
  constructor(
    readings: Readings,
    hub: Hub,
    connections: Connections,
    bus: NodeBus,
    @Inject(IO) private readonly io: ParleyServer,
    @Inject(NODE_LINK) link: NodeLink | null,
  ) {
    readings.provide('sockets', () => this.byState());
    readings.provide('polling_sockets', () => single(this.polling()));
    readings.provide('users_connected', () => single(connections.userCount));
    readings.provide('conversations_followed', () => single(hub.followed));
    readings.provide('bus_messages_total', () =>
      Object.entries(bus.traffic).map(([direction, value]) => ({ labels: { direction }, value })),
    );
    readings.provide('redis_unsent_messages', () => single(link?.unsentMessages ?? 0));
    readings.provide('build_info', () => [{ labels: { version: VERSION }, value: 1 }]);
  }

  private byState(): Reading[] {
    const counts = new Map<string, number>();
    for (const socket of this.io.of('/').sockets.values()) {
      const key = `${transportOf(socket)} ${stateOf(socket)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return TRANSPORTS.flatMap((transport) =>
      STATES.map((state) => ({ labels: { transport, state }, value: counts.get(`${transport} ${state}`) ?? 0 })),
    );
  }

  private polling(): number {
    return [...this.io.of('/').sockets.values()].filter(({ conn }) => conn.transport.name === 'polling').length;
  }
}

function stateOf({ data }: ParleySocket): (typeof STATES)[number] {
  if (data.refusal || data.closing) return 'closing';
  return data.isReady ? 'open' : 'opening';
}
