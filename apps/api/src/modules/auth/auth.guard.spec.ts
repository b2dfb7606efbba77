import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { readEnvironment } from '../../config/environment.js';
import { ParleyError } from '../../kernel/errors.js';
import { RateLimits } from '../../platform/limits/rate-limits.js';
import { AuthGuard } from './auth.guard.js';
import type { SignedLinks } from './signed-links.js';
import type { TokenService } from './token.service.js';

describe('who comes without a good token', () => {
  const guarded = (fault: ParleyError) => {
    const tokens = { verify: () => Promise.reject(fault) } as unknown as TokenService;
    const limits = new RateLimits(readEnvironment({}), { budgetSpent: () => undefined }, () => 0);
    const guard = new AuthGuard(new Reflector(), tokens, {} as SignedLinks, limits);
    return async (ip: string, authorization?: string) => {
      const request = { headers: { authorization }, query: {}, ip };
      const context = {
        getType: () => 'http',
        getHandler: () => guarded,
        getClass: () => AuthGuard,
        switchToHttp: () => ({ getRequest: () => request }),
      } as unknown as ExecutionContext;
      return guard.canActivate(context).catch(({ code }: ParleyError) => code);
    };
  };
  const answers = async (ask: () => Promise<unknown>) => new Set(await Promise.all(Array.from({ length: 2_000 }, ask)));

  it.each([undefined, 'Bearer x'])('is counted by address, with %s', async (authorization) => {
    const ask = guarded(new ParleyError('unauthenticated'));
    expect(await answers(() => ask('192.0.2.1', authorization))).toEqual(new Set(['unauthenticated']));
    expect(await ask('192.0.2.1', authorization)).toBe('rate_limited');
    expect(await ask('192.0.2.2', authorization)).toBe('unauthenticated');
  });

  it('is not where the token could not be looked at', async () => {
    const ask = guarded(new ParleyError('service_unavailable'));
    await answers(() => ask('192.0.2.1', 'Bearer x'));
    expect(await ask('192.0.2.1', 'Bearer x')).toBe('service_unavailable');
  });
});
