import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { Limiter } from '../../platform/limits/limiter.js';
import { whenToComeBack } from './connection-limiter.js';

/** All of them together. */
const NODE = 'node';

/**
 * Sockets that are being let in: while their token is looked at, and from there to their `ready`. Nobody is among them
 * who only holds a connection. A busy node lets in as many as it gets done, and so never begins more than it can end.
 */
@Injectable()
export class HandshakeLimiter {
  private readonly limiter: Limiter<'handshakes'>;

  constructor(@Inject(CONFIG) { limits }: Pick<Config, 'limits'>) {
    this.limiter = new Limiter({ handshakes: { atOnce: limits.handshakes } });
  }

  /** Why nobody else may begin now; null where they may. */
  refusal(): ParleyError | null {
    if (this.limiter.left('handshakes', NODE) > 0) return null;
    const message = 'Too many connections are being let in just now.';
    return new ParleyError('service_unavailable', { message, retryAfterMs: whenToComeBack() });
  }

  during<T>(step: () => Promise<T>): Promise<T> {
    return this.limiter.during('handshakes', NODE, step);
  }
}
