import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { Limiter } from '../../platform/limits/limiter.js';
import { whenToComeBack } from './connection-limiter.js';

/** All of them together. */
const NODE = 'node';

/**
 * Bounds the sockets between the check of their token and their `ready`; a connection that is merely open does not
 * count. A busy node takes as many as it completes, and so never begins more than it can end.
 */
@Injectable()
export class HandshakeLimiter {
  private readonly limiter: Limiter<'handshakes'>;

  constructor(@Inject(CONFIG) { limits }: Pick<Config, 'limits'>) {
    this.limiter = new Limiter({ handshakes: { atOnce: limits.handshakes } });
  }

  /** Why no other socket may begin now; null where it may. */
  refusal(): ParleyError | null {
    if (this.limiter.left('handshakes', NODE) > 0) return null;
    const message = 'Too many connections are being let in just now.';
    return new ParleyError('service_unavailable', { message, retryAfterMs: whenToComeBack() });
  }

  during<T>(step: () => Promise<T>): Promise<T> {
    return this.limiter.during('handshakes', NODE, step);
  }
}
