import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { stringifySetCookie } from 'cookie';
import type { Response } from 'express';
import { CONFIG, type Config } from '../../config/config.js';
import { publicPath } from '../../kernel/base-path.js';
import { RefreshCookieNames } from '../../platform/http/refresh-cookie-names.js';
import { ForumSessions } from './forum-sessions.js';
import { RefreshTokens } from './refresh-tokens.js';
import { SESSION_DAYS } from './sessions.repository.js';

const PATH = '/api/auth';
const FORUM_PATH = '/ws';

/**
 * Keeps the refresh token where scripts cannot read it and other sites cannot send it. Who comes with a cookie under its
 * former name goes on with it under the present one; another installation's is neither read nor touched. Where the forum's
 * profile is on, a second cookie names the session to it, for as long as the first one continues it.
 */
@Injectable()
export class RefreshCookie {
  constructor(
    private readonly names: RefreshCookieNames,
    private readonly tokens: RefreshTokens,
    private readonly forum: ForumSessions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The refresh token that the request carries, if it carries one of ours. */
  tokenIn(request: IncomingMessage): string | undefined {
    return this.names.valuesOf(request).own ?? this.formerIn(request);
  }

  set(response: Response, token: string): void {
    const maxAge = SESSION_DAYS * 86_400;
    put(response, { name: this.names.own, value: token, maxAge });
    this.clearFormer(response);
    const session = this.tokens.open(token);
    if (session) this.putForum(response, this.forum.seal(session.sessionId), maxAge);
  }

  clear(response: Response): void {
    put(response, { name: this.names.own, value: '', maxAge: 0 });
    this.clearFormer(response);
    this.putForum(response, '', 0);
  }

  private putForum(response: Response, value: string, maxAge: number): void {
    if (this.config.forumProfile) put(response, { name: this.names.forum, value, maxAge, path: FORUM_PATH });
  }

  private clearFormer(response: Response): void {
    if (this.formerIn(response.req) !== undefined) put(response, { name: this.names.former, value: '', maxAge: 0 });
  }

  private formerIn(request: IncomingMessage): string | undefined {
    const { former } = this.names.valuesOf(request);
    return former !== undefined && this.tokens.open(former) ? former : undefined;
  }
}

function put(response: Response, cookie: { name: string; value: string; maxAge: number; path?: string }): void {
  const { secure } = response.req;
  const kept = {
    ...cookie,
    path: publicPath(cookie.path ?? PATH),
    httpOnly: true,
    sameSite: 'strict',
    secure,
  } as const;
  response.append('Set-Cookie', stringifySetCookie(kept));
}
