import { stringifySetCookie } from 'cookie';
import type { Response } from 'express';
import { REFRESH_COOKIE } from '../../platform/http/origin.js';
import { SESSION_DAYS } from './sessions.repository.js';

const PATH = '/api/auth';

/** Puts the refresh token where scripts cannot read it and other sites cannot send it. */
export function setRefreshCookie(response: Response, token: string): void {
  put(response, token, SESSION_DAYS * 86_400);
}

export function clearRefreshCookie(response: Response): void {
  put(response, '', 0);
}

function put(response: Response, value: string, maxAge: number): void {
  const { secure } = response.req;
  const cookie = { name: REFRESH_COOKIE, value, httpOnly: true, sameSite: 'strict', secure, path: PATH } as const;
  response.append('Set-Cookie', stringifySetCookie({ ...cookie, maxAge }));
}
