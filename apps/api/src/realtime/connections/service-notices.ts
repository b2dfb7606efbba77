import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { HealthPart, ServicePart } from '@parley/protocol';
import { HealthRegistry } from '../../platform/telemetry/health-registry.js';
import { IO, type ParleyServer } from '../socket.js';

/** Emits to the sockets of this node which parts are missing. */
@Injectable()
export class ServiceNotices implements OnModuleInit {
  constructor(
    private readonly state: HealthRegistry,
    @Inject(IO) private readonly io: ParleyServer,
  ) {}

  onModuleInit(): void {
    const { io } = this;
    this.state.onChange((part, isDegraded) => {
      if (concernsSockets(part)) io.local.emit(isDegraded ? 'service:degraded' : 'service:restored', { part });
    });
    // A socket that connects while a part is missing gets the notice, too.
    io.on('connection', (socket) => {
      for (const part of this.state.degraded.filter(concernsSockets)) socket.emit('service:degraded', { part });
    });
  }
}

/** Nothing of what they do waits for the scanner, and the bus of a machine is away for moments only. */
const concernsSockets = (part: HealthPart): part is ServicePart => part !== 'scanner' && part !== 'bus';
