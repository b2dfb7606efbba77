import { type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import { HealthRegistry } from '../../platform/telemetry/health-registry.js';
import type { ParleyServer } from '../socket.js';

/** Tells the sockets of this node what it has to do without. */
@WebSocketGateway()
export class ServiceNotices implements OnGatewayInit<ParleyServer> {
  constructor(private readonly state: HealthRegistry) {}

  afterInit(io: ParleyServer): void {
    this.state.onChange((part, isDegraded) =>
      io.local.emit(isDegraded ? 'service:degraded' : 'service:restored', { part }),
    );
    // Whoever comes when something is missing already hears of it too.
    io.on('connection', (socket) => {
      for (const part of this.state.degraded) socket.emit('service:degraded', { part });
    });
  }
}
