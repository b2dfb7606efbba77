import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import type { Db } from '../../database/database.js';
import { conflict, invalid, notFound, ParleyError } from '../../kernel/errors.js';
import { normalizedName } from '../../platform/names.js';
import { RetiredNames, usernameFrom } from '../users/index.js';
import { type Account, AccountsRepository } from './accounts.repository.js';
import type { ChangePasswordDto, LoginDto, RegisterDto } from './dto/credentials.dto.js';
import type { ResetPasswordDto } from './dto/links.dto.js';
import { LinksService } from './links.service.js';
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
    private readonly links: LinksService,
    private readonly retired: RetiredNames,
  ) {}

  /**
   * @throws `forbidden` where registration is closed and there is no invite, `conflict` where the username is taken, and
   * what is thrown for invites that are not good. An invite is used up only by a registration that succeeds.
   */
  async register(body: RegisterDto, { userAgent }: Client): Promise<SignedIn> {
    const { invite } = body;
    const username = body.username.toLowerCase();
    const isNamed = invite !== undefined && (await this.requireInvited(invite, username));
    if (invite === undefined && this.config.registration === 'closed')
      throw new ParleyError('forbidden', { message: 'Registration is closed.' });
    // Who invites somebody by this very name knows whom.
    const requireUnused = async (tx?: Db) => {
      if (!isNamed && (await this.retired.has(username, tx))) throw conflict('username', 'taken');
    };
    await requireUnused();
    const passwordHash = await this.passwords.hash(body.password);
    const account = { username, displayName: normalizedName(body.displayName ?? body.username), passwordHash };
    const id = await this.accounts.create(account, this.config.adminUsers === null, async (tx, userId) => {
      await requireUnused(tx);
      if (invite !== undefined) await this.links.use(invite, { userId, purpose: 'invite' }, tx);
    });
    const signedIn = id === null ? null : await this.signIns.signIn({ id, passwordHash }, userAgent);
    if (!signedIn) throw conflict('username', 'taken');
    return signedIn;
  }

  /**
   * Sets a new password by a link, which ends all sessions.
   * @throws `forbidden` for a disabled user, and what is thrown for links that are not good.
   */
  resetPassword({ token, new: next }: ResetPasswordDto, { userAgent }: Client): Promise<SignedIn> {
    return settled(async () => {
      const { userId } = await this.links.open(token, 'reset');
      const account = userId === null ? null : await this.accounts.find(userId);
      if (!account?.passwordHash) throw notFound();
      if (account.isDisabled) throw new ParleyError('forbidden', { message: 'This account is disabled.' });
      const { id, passwordHash } = account;
      const to = await this.passwords.hash(next);
      return this.signIns.changePassword({ id, passwordHash }, to, {
        userAgent,
        within: (tx) => this.links.use(token, { userId: id, purpose: 'reset' }, tx),
      });
    });
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

  /** Returns whether the invite is for this name alone. */
  private async requireInvited(invite: string, username: string): Promise<boolean> {
    const link = await this.links.open(invite, 'invite');
    if (link.username !== null && link.username !== username) {
      throw invalid('username', `must be ${link.username}: the invite is for that name`);
    }
    // Else any guest could become a server admin whose account nobody has made yet.
    if (link.username === null && this.config.adminUsers?.usernames.includes(username)) {
      throw invalid('username', 'is an administrator’s: it takes an invite for that name');
    }
    return link.username !== null;
  }

  private async changed(
    account: Account | null,
    { current, new: next }: ChangePasswordDto,
    client: Client,
  ): Promise<SignedIn | null> {
    const proven = await this.passwords.prove(account, current, attemptOf(account, client));
    if (!proven) throw new ParleyError('forbidden', { message: 'The current password is wrong.' });
    return this.signIns.changePassword(proven, await this.passwords.hash(next), { userAgent: client.userAgent });
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
