import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { InjectThrottlerStorage, normalizeIp, type ThrottlerStorage } from '@nestjs/throttler';
import type { Request, Response } from 'express';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { type ApiRequest, requestOf } from '../http/request.js';

/** By what requests are counted: the peer's address, or the caller. */
type Count = 'address' | 'user';

export interface Rate {
  /** Requests of the same name share their counts. */
  name: string;
  /** A number, or where it is set. */
  limit: number | ((config: Config) => number);
  seconds: number;
  by: readonly Count[];
}

/** Metadata key of `@RateLimited()`. */
export const RATE = 'parley:rate';

/** A route that answers `rate_limited` beyond so many requests in any such stretch of time. */
export const RateLimited = (rate: Rate) => applyDecorators(SetMetadata(RATE, rate), UseGuards(RateLimitGuard));

@Injectable()
class RateLimitGuard implements CanActivate {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @InjectThrottlerStorage() private readonly storage: ThrottlerStorage,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rate = this.reflector.get<Rate | undefined>(RATE, context.getHandler());
    if (!this.config.rateLimits || !rate) return true;
    const request = requestOf(context);
    const response = context.switchToHttp().getResponse<Response>();
    const limit = typeof rate.limit === 'number' ? rate.limit : rate.limit(this.config);
    let remaining = limit;
    let reset = 0;
    for (const count of rate.by) {
      const key = `${rate.name}:${count}:${countedAs(request, count)}`;
      // No blocking beyond the window: refused requests are not counted, so that no user can lock another out for good.
      const record = await this.storage.increment(key, rate.seconds * 1000, limit, 0, rate.name);
      remaining = Math.min(remaining, Math.max(0, limit - record.totalHits));
      reset = Math.max(reset, record.isBlocked ? record.timeToBlockExpire : record.timeToExpire);
      tellLimit(response, { limit, remaining, reset });
      if (record.isBlocked) throw new ParleyError('rate_limited', { retryAfterMs: record.timeToBlockExpire * 1000 });
    }
    return true;
  }
}

function countedAs(request: ApiRequest, count: Count): string {
  return count === 'user' ? (request.principal?.userId ?? '') : peerAddressOf(request);
}

/** The peer's address, by which it is counted: of IPv6 the network, in which one peer has many. */
export const peerAddressOf = (request: Request): string => String(normalizeIp(request.ip ?? ''));

/** Sets the headers for what is left of a limit; `reset` in seconds. */
export function tellLimit(
  response: Response,
  { limit, remaining, reset }: { limit: number; remaining: number; reset: number },
): void {
  response.setHeader('X-RateLimit-Limit', limit);
  response.setHeader('X-RateLimit-Remaining', remaining);
  response.setHeader('X-RateLimit-Reset', reset);
}
