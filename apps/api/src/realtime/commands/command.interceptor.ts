import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { CommandName } from '@parley/protocol';
import type { Response } from 'express';
import { catchError, defer, from, lastValueFrom, type Observable } from 'rxjs';
import { asParleyError } from '../../kernel/errors.js';
import { restError } from '../../platform/http/faults.js';
import { type ApiRequest, requestOf } from '../../platform/http/request.js';
import { ChargedElsewhere, setLimitHeaders } from '../../platform/limits/rate-limit.guard.js';
import { type SendTraces, TRACES } from '../../platform/telemetry/send-traces.js';
import { CommandAccounts } from './command-accounts.js';
import { SendCharge } from './send-charge.js';

/** Metadata key of `@AsCommand()`. */
export const COMMAND = 'parley:command';

/** A route that does what a command does: it is charged alike, and its refusals have the same fields. */
export const AsCommand = (name: CommandName) =>
  applyDecorators(SetMetadata(COMMAND, name), ChargedElsewhere(), UseInterceptors(CommandInterceptor));

@Injectable()
class CommandInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly accounts: CommandAccounts,
    @Inject(TRACES) private readonly traces: SendTraces | null,
  ) {}

  /** Around the checks of the route's parameters too. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const name = this.reflector.get<CommandName>(COMMAND, context.getHandler());
    const request = requestOf(context);
    const handled = defer(() => {
      this.charge(name, request, context.switchToHttp().getResponse<Response>());
      return next.handle();
    }).pipe(
      catchError((fault: unknown) => {
        if (request.sendCharge instanceof SendCharge) request.sendCharge.wasRefused();
        throw this.accounts.refusalOf(restError(fault), name, request.body);
      }),
    );
    return name === 'message:send' ? this.traced(request, handled) : handled;
  }

  private traced({ principal, requestId }: ApiRequest, handled: Observable<unknown>): Observable<unknown> {
    const trace = this.traces?.begin({ transport: 'rest', userId: principal?.userId ?? '', requestId });
    if (!trace) return handled;
    return from(
      trace.during(async () => {
        try {
          const answer = await lastValueFrom(handled);
          trace.answered();
          return answer;
        } catch (fault) {
          trace.answered({ code: asParleyError(fault).code, requestId });
          throw fault;
        }
      }),
    );
  }

  private charge(name: CommandName, request: ApiRequest, response: Response): void {
    const userId = request.principal?.userId ?? '';
    const { id } = request.params;
    const sent = { ...(request.body as object | undefined), ...(id !== undefined && { conversationId: id }) };
    const { left, refusal, send } = this.accounts.charge({ name, transport: 'rest', userId, sent });
    request.sendCharge = send;
    if (left) setLimitHeaders(response, left);
    if (refusal) throw refusal;
  }
}
