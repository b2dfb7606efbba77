import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { Turns } from '../../kernel/turns.js';

/** argon2id, the library's default algorithm; 19 MiB and two passes take some 50 ms of one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const AT_ONCE = 2;
const MOST_WAITING = 60;
const RETRY_AFTER_MS = 2_000;

/** Hashes and compares passwords, two at a time: a crowd at the sign-in page leaves the processor to the others. */
@Injectable()
export class PasswordHasher {
  private readonly turns = new Turns({ atOnce: AT_ONCE, mostWaiting: MOST_WAITING, retryAfterMs: RETRY_AFTER_MS });
  private readonly nobodys = hash('nobody has this password', COST);

  /** @throws `service_unavailable` where too many wait already, as `matches` does. */
  hash(password: string): Promise<string> {
    return this.turns.within(() => hash(password, COST));
  }

  /** False also where there is no hash, after the same time. */
  async matches(password: string, stored: string | null): Promise<boolean> {
    const against = stored ?? (await this.nobodys);
    const equal = await this.turns.within(() => verify(against, password));
    return equal && stored !== null;
  }
}
