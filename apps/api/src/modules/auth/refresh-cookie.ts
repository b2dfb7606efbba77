import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { stringifySetCookie } from 'cookie';
import type { Response } from 'express';
import { RefreshCookieNames } from '../../platform/http/refresh-cookie-names.js';
import { RefreshTokens } from './refresh-tokens.js';
import { SESSION_DAYS } from './sessions.repository.js';

const PATH = '/api/auth';

/**
 * Keeps the refresh token where scripts cannot read it and other sites cannot send it. Who comes with a cookie under its
 * former name goes on with it under the present one; another installation's is neither read nor touched.
 */
@Injectable()
export class RefreshCookie {
  constructor(
    private readonly names: RefreshCookieNames,
    private readonly tokens: RefreshTokens,
  ) {}

  /** The refresh token that the request carries, if it carries one of ours. */
  tokenIn(request: IncomingMessage): string | undefined {
    return this.names.valuesOf(request).own ?? this.formerIn(request);
  }

  set(response: Response, token: string): void {
    put(response, { name: this.names.own, value: token, maxAge: SESSION_DAYS * 86_400 });
    this.clearFormer(response);
  }

  clear(response: Response): void {
    put(response, { name: this.names.own, value: '', maxAge: 0 });
    this.clearFormer(response);
  }

  private clearFormer(response: Response): void {
    if (this.formerIn(response.req) !== undefined) put(response, { name: this.names.former, value: '', maxAge: 0 });
  }

  private formerIn(request: IncomingMessage): string | undefined {
    const { former } = this.names.valuesOf(request);
    return former !== undefined && this.tokens.open(former) ? former : undefined;
  }
}

function put(response: Response, cookie: { name: string; value: string; maxAge: number }): void {
  const { secure } = response.req;
  const kept = { ...cookie, httpOnly: true, sameSite: 'strict', secure, path: PATH } as const;
  response.append('Set-Cookie', stringifySetCookie(kept));
}
