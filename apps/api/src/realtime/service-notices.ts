import { Injectable } from '@nestjs/common';
import { ServiceState } from '../platform/service-state.js';
import type { ParleyServer, ParleySocket } from './socket.js';

/** Tells the sockets of this node what it has to do without. */
@Injectable()
export class ServiceNotices {
  constructor(private readonly state: ServiceState) {}

  attach(io: ParleyServer): void {
    this.state.onChange((part, isDegraded) =>
      io.local.emit(isDegraded ? 'service:degraded' : 'service:restored', { part }),
    );
  }

  /** For a socket that comes when something is missing already. */
  greet(socket: ParleySocket): void {
    for (const part of this.state.degraded) socket.emit('service:degraded', { part });
  }
}
