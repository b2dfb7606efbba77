import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { ParleyError } from '../../kernel/errors.js';

/** argon2id, the library's default algorithm; 19 MiB and two passes take some 50 ms of one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const AT_ONCE = 2;
const MOST_WAITING = 60;
const RETRY_AFTER_MS = 2_000;

/** Hashes and compares passwords, two at a time: a crowd at the sign-in page leaves the processor to the others. */
@Injectable()
export class PasswordHasher {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly nobodys = hash('nobody has this password', COST);

  /** @throws `service_unavailable` where too many wait already, as `matches` does. */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, COST));
  }

  /** False also where there is no hash, after the same time. */
  async matches(password: string, stored: string | null): Promise<boolean> {
    const against = stored ?? (await this.nobodys);
    const equal = await this.inTurn(() => verify(against, password));
    return equal && stored !== null;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) {
      if (this.waiting.length >= MOST_WAITING)
        throw new ParleyError('service_unavailable', { retryAfterMs: RETRY_AFTER_MS });
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.running += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // Whoever waits takes this place over.
      if (next) next();
      else this.running -= 1;
    }
  }
}
