import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { whenToComeBack } from './connection-limiter.js';

/**
 * Sockets that are being let in: while their token is looked at, and from there to their `ready`. Nobody is among them
 * who only holds a connection. A busy node lets in as many as it gets done, and so never begins more than it can end.
 */
@Injectable()
export class HandshakeLimiter {
  private underWay = 0;

  constructor(@Inject(CONFIG) private readonly config: Pick<Config, 'limits'>) {}

  /** Why nobody else may begin now; null where they may. */
  refusal(): ParleyError | null {
    if (this.underWay < this.config.limits.handshakes) return null;
    const message = 'Too many connections are being let in just now.';
    return new ParleyError('service_unavailable', { message, retryAfterMs: whenToComeBack() });
  }

  async during<T>(step: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await step();
    } finally {
      this.underWay -= 1;
    }
  }
}
