import { expect, it } from '@jest/globals';
import type { ExecutionContext, NestInterceptor, Type } from '@nestjs/common';
import { INTERCEPTORS_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';
import { lastValueFrom, throwError } from 'rxjs';
import { readEnvironment } from '../../config/environment.js';
import { notFound } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { COMMANDS } from '../../modules/chat/index.js';
import { RateLimits } from '../../platform/limits/rate-limits.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { createLog } from '../../platform/telemetry/log.js';
import { AsCommand } from './command.interceptor.js';
import { CommandAccounts } from './command-accounts.js';

class Routes {
  @AsCommand('message:send')
  send(): void {}
}

it('attack 58: strangers leave the budget of a conversation to its members by REST too', async () => {
  const reporter = new EventReporter(createLog('silent'));
  const limits = new RateLimits(readEnvironment({}), reporter);
  const [Interceptor] = Reflect.getMetadata(INTERCEPTORS_METADATA, Routes.prototype.send) as [Type<NestInterceptor>];
  const interceptor = new Interceptor(new Reflector(), new CommandAccounts(COMMANDS, limits, reporter), null);
  const id = newId();
  const request = { principal: { userId: newId() }, params: { id }, body: { content: 'hello' } };
  const context = {
    getHandler: () => Routes.prototype.send,
    switchToHttp: () => ({ getRequest: () => request, getResponse: () => ({ setHeader: () => undefined }) }),
  } as unknown as ExecutionContext;
  const answer = await interceptor.intercept(context, { handle: () => throwError(notFound) });
  await expect(lastValueFrom(answer)).rejects.toMatchObject({ code: 'not_found' });
  expect(limits.charge('conversations', id)?.remaining).toBe((limits.limitOf('conversations') ?? 0) - 1);
});
