import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HealthRegistry } from '../../platform/telemetry/health-registry.js';
import { IO, type ParleyServer } from '../socket.js';

/** Tells the sockets of this node what it has to do without. */
@Injectable()
export class ServiceNotices implements OnModuleInit {
  constructor(
    private readonly state: HealthRegistry,
    @Inject(IO) private readonly io: ParleyServer,
  ) {}

  onModuleInit(): void {
    const { io } = this;
    this.state.onChange((part, isDegraded) =>
      io.local.emit(isDegraded ? 'service:degraded' : 'service:restored', { part }),
    );
    // Whoever comes when something is missing already hears of it too.
    io.on('connection', (socket) => {
      for (const part of this.state.degraded) socket.emit('service:degraded', { part });
    });
  }
}
