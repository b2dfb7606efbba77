import { Injectable } from '@nestjs/common';
import { type Account, AccountsRepository } from './accounts.repository.js';
import { PasswordHasher } from './password-hasher.js';
import type { Proven } from './sessions.service.js';
import { type Attempt, SignInLimits } from './sign-in-limits.js';

/** Whether a password is an account's, within the limits of trying. */
@Injectable()
export class PasswordProof {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly hasher: PasswordHasher,
    private readonly limits: SignInLimits,
  ) {}

  /** A new password as it is kept. */
  hash(password: string): Promise<string> {
    return this.hasher.hash(password);
  }

  /** Null where it is wrong, or there is no account, or the account has no password. @throws `rate_limited` */
  async prove(account: Account | null, password: string, attempt: Attempt): Promise<Proven | null> {
    const stored = account?.passwordHash ?? null;
    const match = await this.limits.during(attempt, (gate) => this.hasher.compare(password, stored, gate));
    if (!account || stored === null || match === 'wrong') return null;
    const { id } = account;
    if (match === 'right') return { id, passwordHash: stored };
    const to = await this.hasher.hash(password);
    const isReplaced = await this.accounts.replaceHash(id, { from: stored, to });
    return { id, passwordHash: isReplaced ? to : stored };
  }
}
