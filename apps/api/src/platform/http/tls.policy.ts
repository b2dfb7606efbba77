import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { CONFIG, type Config } from '../../config/config.js';
import { publicPath } from '../../kernel/base-path.js';
import { ParleyError } from '../../kernel/errors.js';
import { forwarded, hostnameOf, isHost, LOOPBACK, pageAddressOf, peerOf, type Trust } from './forwarded.js';
import { isServersOwn } from './web-app.js';

const FOR_SUPERVISORS = /^\/(health\/live|health\/ready|metrics)\/?(\?|$)/i;

/** Whether people may come as they come: with `REQUIRE_TLS=yes` nobody does by plain HTTP, on any transport. */
@Injectable()
export class TlsPolicy {
  /** Which proxies are believed; none until the pipeline is set up. */
  trusts: Trust = () => false;
  private readonly isRequired: boolean;

  constructor(@Inject(CONFIG) { requireTls }: Config) {
    this.isRequired = requireTls;
  }

  /** Of any request. Supervisors of the process, and the proxy itself, ask for its health and its figures from close by. */
  refusalOf(request: IncomingMessage): ParleyError | null {
    if (!this.isRequired || pageAddressOf(request, this.trusts).isSecure) return null;
    if (FOR_SUPERVISORS.test(request.url ?? '') && this.isCloseBy(request)) return null;
    const details = [{ path: 'tls', message: 'required' }];
    return new ParleyError('forbidden', { message: 'This server takes nothing without TLS: use https.', details });
  }

  /** A person who typed an address is shown the way; a program that sent something is to be mended. */
  readonly guard = (request: Request, response: Response, next: NextFunction): void => {
    const refusal = this.refusalOf(request);
    const isPage = ['GET', 'HEAD'].includes(request.method) && !isServersOwn(request);
    const address = refusal && isPage ? this.secureAddressOf(request) : null;
    if (address === null) return next(refusal ?? undefined);
    response.setHeader('Cache-Control', 'no-store');
    response.redirect(307, address);
  };

  /** On the usual port: the one that was asked for speaks plain HTTP. */
  private secureAddressOf(request: Request): string | null {
    const [host = ''] = pageAddressOf(request, this.trusts).hosts;
    const isAddress = isHost(host) && request.originalUrl.startsWith('/');
    return isAddress ? `https://${hostnameOf(host)}${publicPath(request.originalUrl)}` : null;
  }

  private isCloseBy(request: IncomingMessage): boolean {
    const peer = peerOf(request);
    const isPassedOn = forwarded(request, 'x-forwarded-for') !== undefined;
    return !isPassedOn && (LOOPBACK.test(peer) || this.trusts(peer, 0));
  }
}
