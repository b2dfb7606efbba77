import { Inject, Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { CONFIG, type Config } from '../../config/config.js';
import { Semaphore } from '../../kernel/semaphore.js';

/** argon2id, the library's default algorithm; 19 MiB and two passes take some 50 ms of one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const AT_ONCE = 2;
const RETRY_AFTER_MS = 2_000;

/** What a comparison found. `outdated`: right, but kept in a form in which another keyboard's would be wrong. */
export type Match = 'wrong' | 'right' | 'outdated';
/** Lets a comparison pass, or throws. */
export type Gate = (compare: () => Promise<Match>) => Promise<Match>;

/**
 * Hashes and compares passwords, two at a time: a crowd at the sign-in page leaves the processor to the others. Whatever
 * keyboard composed its letters, a password is one: what is hashed is its NFKC form.
 */
@Injectable()
export class PasswordHasher {
  private readonly turns: Semaphore;
  private readonly nobodys = hash('nobody has this password', COST);

  constructor(@Inject(CONFIG) { signIn }: Pick<Config, 'signIn'>) {
    this.turns = new Semaphore({ atOnce: AT_ONCE, mostWaiting: signIn.mostWaiting, retryAfterMs: RETRY_AFTER_MS });
  }

  /** @throws `service_unavailable` where too many wait already, as `compare` does. */
  hash(password: string): Promise<string> {
    return this.turns.within(() => hash(password.normalize('NFKC'), COST));
  }

  /** `wrong` also where there is no hash, after the same time. What it does in its turn, it does through the gate. */
  async compare(password: string, stored: string | null, gate: Gate = (compare) => compare()): Promise<Match> {
    const against = stored ?? (await this.nobodys);
    return this.turns.within(() =>
      gate(async () => {
        const match = await matchOf(password, against);
        return stored === null ? 'wrong' : match;
      }),
    );
  }
}

/** Hashes made before passwords were normalised are of what was typed, in whichever form that was. */
async function matchOf(password: string, stored: string): Promise<Match> {
  const normal = password.normalize('NFKC');
  for (const form of new Set([normal, password, password.normalize('NFC'), password.normalize('NFD')])) {
    if (await verify(stored, form)) return form === normal ? 'right' : 'outdated';
  }
  return 'wrong';
}
