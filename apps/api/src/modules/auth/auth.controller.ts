import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { NoSession, Session } from '@parley/protocol';
import type { Request, Response } from 'express';
import { asParleyError, ParleyError } from '../../kernel/errors.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { bearerOf } from '../../platform/http/bearer.js';
import { Public } from '../../platform/http/request.js';
import { ValidBody } from '../../platform/http/valid.js';
import { peerAddressOf, RateLimited, setLimitHeaders } from '../../platform/limits/rate-limit.guard.js';
import { AuthService, type Client } from './auth.service.js';
import { ChangePasswordDto, LoginDto, RefreshDto, RegisterDto } from './dto/credentials.dto.js';
import { RefreshCookie } from './refresh-cookie.js';
import { type SignedIn, SignInService } from './sign-in.service.js';
import { SignInLimits } from './sign-in-limits.js';

/** Registering, signing in and out. The refresh token travels in a cookie, never in a body. */
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly signIns: SignInService,
    private readonly cookie: RefreshCookie,
    private readonly limits: SignInLimits,
  ) {}

  /**
   * Sets the refresh cookie. The name is taken: `conflict`. `REGISTRATION=closed` and no invite: `forbidden`. An invite
   * that was used, taken back or is too old: `conflict` with `used`, `revoked` or `expired` in its details; unknown:
   * `not_found`.
   */
  @Public()
  @Post('register')
  @Needs('public')
  @Refuses('conflict', 'forbidden', 'not_found')
  @RateLimited('registrations', 'address')
  async register(
    @ValidBody(RegisterDto) body: RegisterDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Session> {
    return this.answered(await this.auth.register(body, clientOf(request)), response);
  }

  /** Sets the refresh cookie. */
  @Public()
  @Post('login')
  @Needs('public')
  @Refuses('unauthenticated', 'forbidden', 'rate_limited')
  @HttpCode(200)
  async login(
    @ValidBody(LoginDto) body: LoginDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Session> {
    const client = clientOf(request);
    try {
      return this.answered(await this.auth.login(body, client), response);
    } finally {
      const { address } = client;
      const left = this.limits.tightest({ address, username: body.username });
      if (left) setLimitHeaders(response, left);
    }
  }

  /**
   * Takes the refresh cookie and sets its successor. With `isOptional: true` and without a cookie `{session: null}`, for
   * pages that cannot know whether they have one, else `unauthenticated`.
   */
  @Public()
  @Post('refresh')
  @Needs('public')
  @Refuses('unauthenticated', 'forbidden')
  @HttpCode(200)
  async refresh(
    @ValidBody(RefreshDto) { isOptional }: RefreshDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Session | NoSession> {
    const token = this.cookie.tokenIn(request);
    if (token === undefined && isOptional) return { session: null };
    try {
      return this.answered(await this.signIns.refresh(token), response);
    } catch (fault) {
      if (token !== undefined && asParleyError(fault).code === 'unauthenticated') this.cookie.clear(response);
      throw fault;
    }
  }

  /** Ends the session of the cookie and that of the access token, where they are given; succeeds in any case. */
  @Public()
  @Post('logout')
  @Needs('public')
  @Refuses('forbidden')
  @HttpCode(204)
  async logout(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const { authorization } = request.headers;
    await this.signIns.signOut(this.cookie.tokenIn(request) ?? null, bearerOf(authorization));
    this.cookie.clear(response);
  }

  /**
   * Ends every session of the caller and answers with a new one, and its cookie. Public, as it can be repeated with the
   * token of the session that it ended.
   */
  @Public()
  @Post('password')
  @Needs('self')
  @Refuses('unauthenticated', 'token_expired', 'forbidden', 'rate_limited')
  @HttpCode(200)
  @RateLimited('passwords', 'address')
  async changePassword(
    @ValidBody(ChangePasswordDto) body: ChangePasswordDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Session> {
    const token = bearerOf(request.headers.authorization);
    if (token === null || request.query.token !== undefined) throw new ParleyError('unauthenticated');
    return this.answered(await this.auth.changePassword(token, body, clientOf(request)), response);
  }

  private answered({ answer, refreshToken }: SignedIn, response: Response): Session {
    this.cookie.set(response, refreshToken);
    return answer;
  }
}

/** Where a request comes from. */
export const clientOf = (request: Request): Client => ({
  address: peerAddressOf(request),
  userAgent: request.headers['user-agent'],
});
