import { Controller, Headers, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { NoSession, Session } from '@parley/protocol';
import type { Request, Response } from 'express';
import { asParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { cookieOf, REFRESH_COOKIE } from '../../platform/http/origin.js';
import { RateLimited } from '../../platform/http/rate-limit.guard.js';
import { CurrentPrincipal, Public } from '../../platform/http/request.js';
import { ValidBody } from '../../platform/http/valid.js';
import { bearerOf } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { ChangePasswordDto, LoginDto, RefreshDto, RegisterDto } from './dto/credentials.dto.js';
import { clearRefreshCookie, setRefreshCookie } from './refresh-cookie.js';
import { type SignedIn, SignInService } from './sign-in.service.js';

/** Registering, signing in and out. The refresh token travels in a cookie, never in a body. */
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly signIns: SignInService,
  ) {}

  @Public()
  @Post('register')
  @RateLimited({ name: 'register', limit: 20, seconds: 60, by: ['address'] })
  async register(
    @ValidBody(RegisterDto) body: RegisterDto,
    @Headers('user-agent') agent: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Session> {
    return answered(await this.auth.register(body, agent), response);
  }

  @Public()
  @Post('login')
  @HttpCode(200)
  @RateLimited({ name: 'login', limit: 20, seconds: 60, by: ['address', 'username'] })
  async login(
    @ValidBody(LoginDto) body: LoginDto,
    @Headers('user-agent') agent: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Session> {
    return answered(await this.auth.login(body, agent), response);
  }

  @Public()
  @Post('refresh')
  @HttpCode(200)
  async refresh(
    @ValidBody(RefreshDto) { isOptional }: RefreshDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Session | NoSession> {
    const token = cookieOf(request, REFRESH_COOKIE);
    if (token === undefined && isOptional) return { session: null };
    try {
      return answered(await this.signIns.refresh(token), response);
    } catch (fault) {
      if (token !== undefined && asParleyError(fault).code === 'unauthenticated') clearRefreshCookie(response);
      throw fault;
    }
  }

  /** Ends the session of the cookie and that of the access token, where they are given; succeeds in any case. */
  @Public()
  @Post('logout')
  @HttpCode(204)
  async logout(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const { authorization } = request.headers;
    await this.signIns.signOut(cookieOf(request, REFRESH_COOKIE) ?? null, bearerOf(authorization));
    clearRefreshCookie(response);
  }

  /** Ends every session of the caller and answers with a new one. */
  @Post('password')
  @HttpCode(200)
  @RateLimited({ name: 'password', limit: 10, seconds: 60, by: ['user'] })
  async changePassword(
    @CurrentPrincipal() principal: Principal,
    @ValidBody(ChangePasswordDto) body: ChangePasswordDto,
    @Headers('user-agent') agent: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Session> {
    return answered(await this.auth.changePassword(principal, body, agent), response);
  }
}

function answered({ answer, refreshToken }: SignedIn, response: Response): Session {
  setRefreshCookie(response, refreshToken);
  return answer;
}
