import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { InjectThrottlerStorage, normalizeIp, type ThrottlerStorage } from '@nestjs/throttler';
import type { Request, Response } from 'express';
import type { BudgetName } from '../../config/budgets.js';
import { ParleyError } from '../../kernel/errors.js';
import { requestOf } from '../http/request.js';
import { type Charge, RateLimits } from './rate-limits.js';

/** Whose budget: the peer's address, or the caller. */
type Whose = 'address' | 'user';

interface Rate {
  budget: BudgetName;
  of: Whose;
  /** The handler refuses, once it knows that the request is no repeat. */
  isLate?: boolean;
}

/** Of routes that declare none. */
const OF_USER: Rate = { budget: 'requests', of: 'user' };
const OF_ADDRESS: Rate = { budget: 'addresses', of: 'address' };

/** Metadata key of `@RateLimited()`. */
export const RATE = 'parley:rate';

/** A route of which each request takes one of this budget, and is `rate_limited` where nothing is left. */
export const RateLimited = (budget: BudgetName, of: Whose = 'user') => SetMetadata(RATE, { budget, of } satisfies Rate);

/** As `RateLimited`; what goes beyond the budget reaches the handler, as `refusal` of its request, as it may be a repeat. */
export const RateLimitedButRepeats = (budget: BudgetName) =>
  SetMetadata(RATE, { budget, of: 'user', isLate: true } satisfies Rate);

/** A route or controller that is charged elsewhere, or must always be answered. */
export const ChargedElsewhere = () => SetMetadata(RATE, null);

/** Charges every request, after the guard that finds out who it comes from. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly limits: RateLimits,
    @InjectThrottlerStorage() private readonly storage: ThrottlerStorage,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const places = [context.getHandler(), context.getClass()];
    const declared = this.reflector.getAllAndOverride<Rate | null | undefined>(RATE, places);
    if (declared === null) return true;
    const request = requestOf(context);
    const { principal } = request;
    const rate = declared ?? (principal ? OF_USER : OF_ADDRESS);
    const key = rate.of === 'user' ? (principal?.userId ?? '') : peerAddressOf(request);
    const limit = this.limits.limitOf(rate.budget);
    if (limit === null) return true;
    const counted = await this.storage.increment(key, 0, limit, 0, rate.budget);
    const left = { limit, remaining: limit - counted.totalHits, resetMs: counted.timeToExpire * 1000 };
    setLimitHeaders(context.switchToHttp().getResponse<Response>(), left);
    const retryAfterMs = Math.round(counted.timeToBlockExpire * 1000);
    if (!counted.isBlocked) return true;
    const refusal = new ParleyError('rate_limited', { retryAfterMs });
    // Looking up whether it is one has a budget, too.
    if (!rate.isLate || this.limits.charge('repeats', key)?.refusal) throw refusal;
    request.refusal = refusal;
    return true;
  }
}

/** The peer's address, by which it is counted: of IPv6 the network, in which one peer has many. */
export const peerAddressOf = (request: Request): string => String(normalizeIp(request.ip ?? ''));

/** Sets the headers for what is left of a limit. */
export function setLimitHeaders(
  response: Response,
  { limit, remaining, resetMs }: Omit<Charge, 'budget' | 'refusal'>,
): void {
  response.setHeader('X-RateLimit-Limit', limit);
  response.setHeader('X-RateLimit-Remaining', remaining);
  response.setHeader('X-RateLimit-Reset', Math.ceil(resetMs / 1000));
}
