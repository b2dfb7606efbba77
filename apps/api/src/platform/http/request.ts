import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Request } from 'express';
import type { ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';

/** A REST request with what the pipeline has found out about it. */
export interface ApiRequest extends Request {
  requestId: string;
  /** Who it comes from; set by the guard, missing on public routes. */
  principal?: Principal;
  /** What a send was charged. */
  sendCharge?: unknown;
  /** Why it is refused unless it is a repeat. */
  refusal?: ParleyError;
}

export const requestOf = (context: ExecutionContext): ApiRequest => context.switchToHttp().getRequest<ApiRequest>();

/** Metadata key of `@Public()`. */
export const IS_PUBLIC = 'parley:public';

/** A route or controller that needs no token; every other one does. */
export const Public = () => SetMetadata(IS_PUBLIC, true);

/** Metadata key of `@Linked()`. */
export const IS_LINKED = 'parley:linked';

/** A route that a signed link stands for too, in place of a token. */
export const Linked = () => SetMetadata(IS_LINKED, true);

/** The principal of the request, as a parameter of a handler that is not public. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = requestOf(context);
  if (!principal) throw new Error('This route is public and has no principal.');
  return principal;
});
