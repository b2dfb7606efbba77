import { Injectable } from '@nestjs/common';
import { ParleyError } from '../../kernel/errors.js';
import { AccountsRepository } from './accounts.repository.js';
import type { Client } from './auth.service.js';
import { PasswordProof } from './password-proof.js';
import { SignInService } from './sign-in.service.js';

/** Who asks, and the hash that their password was found to fit; null where the session of their token is over. */
export interface Confirmed {
  userId: string;
  passwordHash: string | null;
}

/** What only the owner of an account may do: a token is not enough for it, which others may have found. */
@Injectable()
export class PasswordConfirmation {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly signIns: SignInService,
    private readonly passwords: PasswordProof,
  ) {}

  /**
   * Attempts count as those of signing in do.
   * @throws `forbidden` where the password is wrong or the account has none, `rate_limited`, and what is thrown for bad tokens.
   */
  async confirm(token: string, password: string, { address }: Client): Promise<Confirmed> {
    const { userId, isOver } = await this.signIns.ownerOf(token);
    if (isOver) return { userId, passwordHash: null };
    const account = await this.accounts.find(userId);
    if (account?.passwordHash === null) throw refused('none', 'This account has no password: it is managed elsewhere.');
    const proven = await this.passwords.prove(account, password, { username: account?.username ?? '', address });
    if (!proven) throw refused('wrong', 'The password is wrong.');
    return { userId, passwordHash: proven.passwordHash };
  }
}

const refused = (why: 'none' | 'wrong', message: string): ParleyError =>
  new ParleyError('forbidden', { message, details: [{ path: 'password', message: why }] });
