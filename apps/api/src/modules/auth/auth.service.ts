import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { conflict, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { tidyName } from '../../platform/names.js';
import { usernameFrom } from '../users/index.js';
import { AccountsRepository } from './accounts.repository.js';
import type { ChangePasswordDto, LoginDto, RegisterDto } from './dto/credentials.dto.js';
import { PasswordHasher } from './password-hasher.js';
import { type SignedIn, SignInService } from './sign-in.service.js';

/** Parley's own accounts. */
@Injectable()
export class AuthService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly accounts: AccountsRepository,
    private readonly signIns: SignInService,
    private readonly hasher: PasswordHasher,
  ) {}

  /** @throws `forbidden` where registration is closed, `conflict` where the username is taken. */
  async register(body: RegisterDto, userAgent: string | undefined): Promise<SignedIn> {
    if (this.config.registration === 'closed')
      throw new ParleyError('forbidden', { message: 'Registration is closed.' });
    const username = body.username.toLowerCase();
    const passwordHash = await this.hasher.hash(body.password);
    const account = { username, displayName: tidyName(body.displayName ?? body.username), passwordHash };
    const userId = await this.accounts.create(account, this.config.adminUsers.length === 0);
    if (userId === null) throw conflict('username', 'taken');
    return this.signIns.signIn(userId, userAgent);
  }

  /** @throws `unauthenticated`, alike for unknown users and wrong passwords; `forbidden` for a disabled user. */
  async login({ username, password }: LoginDto, userAgent: string | undefined): Promise<SignedIn> {
    const known = usernameFrom(username);
    const account = known === null ? null : await this.accounts.findByUsername(known);
    const matches = await this.hasher.matches(password, account?.passwordHash ?? null);
    if (!account || !matches) throw new ParleyError('unauthenticated', { message: 'Username or password is wrong.' });
    if (account.isDisabled) throw new ParleyError('forbidden', { message: 'This account is disabled.' });
    return this.signIns.signIn(account.id, userAgent);
  }

  /**
   * Changes the password. Every session ends, and the caller gets a new one.
   * @throws `forbidden` where the current password is wrong or the account has none.
   */
  async changePassword(
    { userId }: Principal,
    { current, new: next }: ChangePasswordDto,
    userAgent: string | undefined,
  ): Promise<SignedIn> {
    const account = await this.accounts.find(userId);
    const matches = await this.hasher.matches(current, account?.passwordHash ?? null);
    if (!matches) throw new ParleyError('forbidden', { message: 'The current password is wrong.' });
    await this.accounts.setPasswordHash(userId, await this.hasher.hash(next));
    await this.signIns.signOutEverywhere(userId);
    return this.signIns.signIn(userId, userAgent);
  }
}
