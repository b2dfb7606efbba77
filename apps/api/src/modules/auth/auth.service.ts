import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { conflict, ParleyError } from '../../kernel/errors.js';
import { normalizedName } from '../../platform/names.js';
import { usernameFrom } from '../users/index.js';
import { type Account, AccountsRepository } from './accounts.repository.js';
import type { ChangePasswordDto, LoginDto, RegisterDto } from './dto/credentials.dto.js';
import { PasswordProof } from './password-proof.js';
import { type SignedIn, SignInService } from './sign-in.service.js';

/** Where a request comes from, as far as sessions and limits need to know. */
export interface Client {
  address: string;
  userAgent: string | undefined;
}

/** A password may be changed while it is being compared, but hardly more than once. */
const MOST_ATTEMPTS = 3;

/** Parley's own accounts. */
@Injectable()
export class AuthService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly accounts: AccountsRepository,
    private readonly signIns: SignInService,
    private readonly passwords: PasswordProof,
  ) {}

  /** @throws `forbidden` where registration is closed, `conflict` where the username is taken. */
  async register(body: RegisterDto, { userAgent }: Client): Promise<SignedIn> {
    if (this.config.registration === 'closed')
      throw new ParleyError('forbidden', { message: 'Registration is closed.' });
    const username = body.username.toLowerCase();
    const passwordHash = await this.passwords.hash(body.password);
    const account = { username, displayName: normalizedName(body.displayName ?? body.username), passwordHash };
    const id = await this.accounts.create(account, this.config.adminUsers === null);
    const signedIn = id === null ? null : await this.signIns.signIn({ id, passwordHash }, userAgent);
    if (!signedIn) throw conflict('username', 'taken');
    return signedIn;
  }

  /** @throws `unauthenticated`, alike for unknown users and wrong passwords; `forbidden` for a disabled user. */
  login({ username, password }: LoginDto, client: Client): Promise<SignedIn> {
    const known = usernameFrom(username);
    const attempt = { username, address: client.address };
    return settled(async () => {
      const account = known === null ? null : await this.accounts.findByUsername(known);
      const proven = await this.passwords.prove(account, password, attempt);
      if (!account || !proven) throw new ParleyError('unauthenticated', { message: 'Username or password is wrong.' });
      if (account.isDisabled) throw new ParleyError('forbidden', { message: 'This account is disabled.' });
      return this.signIns.signIn(proven, client.userAgent);
    });
  }

  /**
   * Changes the password. Every session ends, and the caller gets a new one. A caller that lost the answer can repeat
   * it with the token of the session that it ended, and gets a new one as well.
   * @throws `forbidden` where the current password is wrong or the account has none, and what is thrown for bad tokens.
   */
  async changePassword(token: string, body: ChangePasswordDto, client: Client): Promise<SignedIn> {
    const { userId, isOver } = await this.signIns.ownerOf(token);
    return settled(async () => {
      const account = await this.accounts.find(userId);
      return isOver ? this.repeated(account, body, client) : this.changed(account, body, client);
    });
  }

  private async changed(
    account: Account | null,
    { current, new: next }: ChangePasswordDto,
    client: Client,
  ): Promise<SignedIn | null> {
    const proven = await this.passwords.prove(account, current, attemptOf(account, client));
    if (!proven) throw new ParleyError('forbidden', { message: 'The current password is wrong.' });
    return this.signIns.changePassword(proven, await this.passwords.hash(next), client.userAgent);
  }

  /** The session is over, but the caller knows the new password and could sign in with it. */
  private async repeated(
    account: Account | null,
    { new: next }: ChangePasswordDto,
    client: Client,
  ): Promise<SignedIn | null> {
    const proven = account?.isDisabled ? null : await this.passwords.prove(account, next, attemptOf(account, client));
    if (!proven) throw new ParleyError('unauthenticated');
    return this.signIns.signIn(proven, client.userAgent);
  }
}

const attemptOf = (account: Account | null, { address }: Client) => ({ username: account?.username ?? '', address });

async function settled<T>(attempt: () => Promise<T | null>): Promise<T> {
  for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts += 1) {
    const result = await attempt();
    if (result !== null) return result;
  }
  throw new ParleyError('service_unavailable');
}
