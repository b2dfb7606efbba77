import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { publicPath } from '../../kernel/base-path.js';
import { ParleyError } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { Keys } from '../../platform/keys.js';
import { pathOf } from '../../platform/telemetry/access-log.js';

const LINK_SECONDS = 300;

interface SignedLink {
  /** The path with the signature, from the root of the origin. */
  url: string;
  expiresAt: Date;
}

/** Links to one path each, for where no header can be sent: they stand for the user who asked for them, for five minutes. */
@Injectable()
export class SignedLinks {
  private readonly key: Buffer;

  constructor(keys: Keys) {
    this.key = keys.derive('signed links');
  }

  /**
   * @param path as the server knows it.
   * @param sessionId in which it was asked for, where its route looks whether that has ended.
   */
  sign(path: string, userId: string, sessionId: string | null = null): SignedLink {
    const expiresAt = Math.floor(Date.now() / 1000) + LINK_SECONDS;
    const claims = [userId, expiresAt, ...(sessionId === null ? [] : [sessionId])].join('.');
    return {
      url: `${publicPath(path)}?link=${claims}.${this.mac(path, claims)}`,
      expiresAt: new Date(expiresAt * 1000),
    };
  }

  /** @throws `unauthenticated` where it is no link to this path of ours, or its time is over. */
  principalOf(request: Request): Principal {
    const { link } = request.query;
    const claims = typeof link === 'string' ? link.split('.') : [];
    const mac = claims.pop() ?? '';
    const [userId, expires = '', sessionId = null] = claims;
    if (!isUuid(userId) || !/^\d{1,12}$/.test(expires)) throw new ParleyError('unauthenticated');
    const [given, right] = [mac, this.mac(pathOf(request), claims.join('.'))].map((each) => Buffer.from(each));
    const isOurs = given && right && given.length === right.length && timingSafeEqual(given, right);
    const expiresAt = Number(expires) * 1000;
    if (!isOurs || expiresAt <= Date.now()) throw new ParleyError('unauthenticated');
    return { userId, isBot: false, sessionId, expiresAt, scopes: [] };
  }

  private mac(path: string, claims: string): string {
    return createHmac('sha256', this.key).update(`${path}\n${claims}`).digest('base64url');
  }
}
