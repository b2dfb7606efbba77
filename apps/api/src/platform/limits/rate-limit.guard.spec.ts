import { expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { readEnvironment } from '../../config/environment.js';
import type { ParleyError } from '../../kernel/errors.js';
import { LimiterStorage } from './limiter-storage.js';
import { RateLimited, RateLimitGuard } from './rate-limit.guard.js';
import { RateLimits } from './rate-limits.js';

class Controller {
  @RateLimited('reports', 'address')
  report(): void {}
}

it('a refused request is told its wait in whole milliseconds', async () => {
  const clock = { now: 0 };
  const limits = new RateLimits(readEnvironment({}), { budgetSpent: () => undefined }, () => clock.now);
  const guard = new RateLimitGuard(limits, new LimiterStorage(limits), new Reflector());
  const context = {
    getType: () => 'http',
    getHandler: () => Controller.prototype.report,
    getClass: () => Controller,
    switchToHttp: () => ({
      getRequest: () => ({ ip: '192.0.2.1' }),
      getResponse: () => ({ setHeader: () => undefined }),
    }),
  } as unknown as ExecutionContext;
  const waitOf = ({ extra }: ParleyError) => extra.retryAfterMs;
  for (let i = 0; i < 30; i += 1) await guard.canActivate(context);
  for (; clock.now < 990; clock.now += 1) {
    const wait = await guard.canActivate(context).catch(waitOf);
    expect(wait).toBeGreaterThan(1_000);
    expect(Number.isInteger(wait)).toBe(true);
  }
});
