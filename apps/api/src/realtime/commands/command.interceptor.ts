import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { CommandName } from '@parley/protocol';
import { catchError, type Observable } from 'rxjs';
import { restError } from '../../platform/http/faults.js';
import { requestOf } from '../../platform/http/request.js';
import { CommandAccounts } from './command-accounts.js';

/** Metadata key of `@AsCommand()`. */
export const COMMAND = 'parley:command';

/** A route that does what a command does: it is charged alike, and its refusals have the same fields. */
export const AsCommand = (name: CommandName) =>
  applyDecorators(SetMetadata(COMMAND, name), UseInterceptors(CommandInterceptor));

@Injectable()
class CommandInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly accounts: CommandAccounts,
  ) {}

  /** Around the checks of the route's parameters too. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const name = this.reflector.get<CommandName>(COMMAND, context.getHandler());
    const { body } = requestOf(context) as { body?: unknown };
    this.accounts.charge(name, 'rest');
    return next.handle().pipe(
      catchError((fault: unknown) => {
        throw this.accounts.refusalOf(restError(fault), name, body);
      }),
    );
  }
}
