import { Injectable } from '@nestjs/common';
import type { Session } from '@parley/protocol';
import { asParleyError, ParleyError } from '../../kernel/errors.js';
import { UsersService } from '../users/index.js';
import { ACCESS_SECONDS } from './own-tokens.js';
import { type OpenSession, type PasswordChange, type Proven, SessionsService } from './sessions.service.js';
import { TokenService } from './token.service.js';

/** What signing in gives: the answer, and the refresh token for the cookie. */
export interface SignedIn {
  answer: Session;
  refreshToken: string;
}

/** Sessions and what is answered about them. */
@Injectable()
export class SignInService {
  constructor(
    private readonly sessions: SessionsService,
    private readonly tokens: TokenService,
    private readonly users: UsersService,
  ) {}

  /** Whose token it is, and whether its session has ended. @throws what is thrown for tokens that never were good. */
  async ownerOf(token: string): Promise<{ userId: string; isOver: boolean }> {
    const principal = await this.tokens.verify(token).catch(ifRefused);
    return principal
      ? { userId: principal.userId, isOver: false }
      : { userId: await this.tokens.ownerOf(token), isOver: true };
  }

  /** Null where the password is not this one any more, or the user was disabled meanwhile. */
  async signIn(account: Proven, userAgent: string | undefined): Promise<SignedIn | null> {
    const session = await this.sessions.open(account, userAgent);
    return session && this.answer(session);
  }

  /** Null where the password was changed meanwhile. */
  async changePassword(account: Proven, next: string, change: PasswordChange): Promise<SignedIn | null> {
    const session = await this.sessions.changePassword(account, next, change);
    return session && this.answer(session);
  }

  /** Continues a session by its refresh token. @throws `unauthenticated` where that is not good. */
  async refresh(refreshToken: string | undefined): Promise<SignedIn> {
    const session = refreshToken === undefined ? null : await this.sessions.resume(refreshToken);
    if (!session) throw new ParleyError('unauthenticated', { message: 'The session has ended. Sign in again.' });
    return this.answer(session);
  }

  /** Ends the sessions that these tokens belong to; tokens that are not good end nothing. */
  async signOut(refreshToken: string | null, accessToken: string | null): Promise<void> {
    if (refreshToken !== null) await this.sessions.endByToken(refreshToken);
    const principal = accessToken === null ? null : await this.tokens.verify(accessToken).catch(ifRefused);
    if (principal?.sessionId) await this.sessions.end(principal.sessionId);
  }

  private async answer({ userId, sessionId, refreshToken }: OpenSession): Promise<SignedIn> {
    const user = await this.users.me(userId);
    const accessToken = this.tokens.issue(user, sessionId);
    return { answer: { user, accessToken, expiresIn: ACCESS_SECONDS }, refreshToken };
  }
}

function ifRefused(fault: unknown): null {
  if (asParleyError(fault).status === 401) return null;
  throw fault;
}
