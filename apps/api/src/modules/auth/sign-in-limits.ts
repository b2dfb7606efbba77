import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { type Left, WindowCounts } from '../../platform/limits/window-counts.js';
import type { Gate, Match } from './password-hasher.js';

/** Whose attempt it is. */
export interface Attempt {
  /** Where it comes from. */
  address: string;
  /** The account that it is for, in whatever case; it need not exist. */
  username: string;
}

const WINDOW_MS = 60_000;
const MOST_KEYS = 50_000;

/**
 * How many passwords may be tried. Wrong ones count for the account and for the address; right ones only as a share of
 * the work that one address may cause, which is enough for many people behind it.
 */
@Injectable()
export class SignInLimits {
  private readonly isOn: boolean;
  private readonly wrongByAccount: WindowCounts;
  private readonly wrongByAddress: WindowCounts;
  private readonly byAddress: WindowCounts;

  constructor(@Inject(CONFIG) { rateLimits, signIn }: Config) {
    this.isOn = rateLimits;
    this.wrongByAccount = new WindowCounts(signIn.wrongPerAccount, WINDOW_MS, MOST_KEYS);
    this.wrongByAddress = new WindowCounts(signIn.wrongPerAddress, WINDOW_MS, MOST_KEYS);
    this.byAddress = new WindowCounts(signIn.attemptsPerAddress, WINDOW_MS, MOST_KEYS);
  }

  /**
   * Compares a password. `inTurn` puts what it is given around the comparison itself, when its turn has come: of many that
   * wait, those are refused whose limit the ones before them have used up.
   * @throws `rate_limited`, and whatever `inTurn` throws.
   */
  async during(attempt: Attempt, inTurn: (gate: Gate) => Promise<Match>): Promise<Match> {
    if (!this.isOn) return inTurn((compare) => compare());
    this.admit(this.left(attempt));
    this.byAddress.add(attempt.address);
    return inTurn(async (compare) => {
      this.admit(this.leftToWrong(attempt));
      const match = await compare();
      if (match === 'wrong') {
        this.wrongByAccount.add(accountOf(attempt));
        this.wrongByAddress.add(attempt.address);
      }
      return match;
    });
  }

  /** The limit of which the least is left; null where there are none. */
  tightest(attempt: Attempt): Left | null {
    if (!this.isOn) return null;
    return this.left(attempt).reduce((least, each) => (each.remaining < least.remaining ? each : least));
  }

  private left(attempt: Attempt): [Left, ...Left[]] {
    return [...this.leftToWrong(attempt), this.byAddress.left(attempt.address)];
  }

  private leftToWrong(attempt: Attempt): [Left, Left] {
    return [this.wrongByAccount.left(accountOf(attempt)), this.wrongByAddress.left(attempt.address)];
  }

  private admit(limits: readonly Left[]): void {
    const usedUp = limits.filter(({ remaining }) => remaining === 0);
    if (usedUp.length === 0) return;
    throw new ParleyError('rate_limited', { retryAfterMs: Math.ceil(Math.max(...usedUp.map((each) => each.resetMs))) });
  }
}

const accountOf = ({ username }: Attempt): string => username.toLowerCase().slice(0, 100);
