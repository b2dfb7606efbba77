import { ERRORS, type ErrorCode, type ErrorDetail, type ErrorObject } from '@parley/protocol';

interface Extra {
  message?: string;
  details?: ErrorDetail[];
  retryAfterMs?: number;
  clientMessageId?: string;
  /** Its reason is reported once for everything that it affects, so that each refusal need not repeat it. */
  isReported?: boolean;
}

/** The one error that reaches clients: a row of the error table, with what this case adds to it. */
export class ParleyError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly extra: Extra = {},
    options?: ErrorOptions,
  ) {
    super(extra.message ?? ERRORS[code].message, options);
    this.name = 'ParleyError';
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  /** The same refusal with the id under which the send can be repeated. */
  withClientMessageId(clientMessageId: string): ParleyError {
    return new ParleyError(this.code, { ...this.extra, clientMessageId }, { cause: this.cause });
  }

  toObject(requestId: string): ErrorObject {
    const { details, retryAfterMs, clientMessageId } = this.extra;
    return {
      code: this.code,
      message: this.message,
      retryable: ERRORS[this.code].retryable,
      ...(details && { details }),
      requestId,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(clientMessageId !== undefined && { clientMessageId }),
    };
  }
}

/** A `validation_failed` with one fault. */
export function invalid(path: string, message: string): ParleyError {
  return new ParleyError('validation_failed', { details: [{ path, message }] });
}

export function notFound(): ParleyError {
  return new ParleyError('not_found');
}

export function conflict(path: string, message: string): ParleyError {
  return new ParleyError('conflict', { details: [{ path, message }] });
}

/** The level at which a fault is logged that a part of the node can do without. */
export const faultLevel = (fault: unknown): 'debug' | 'warn' =>
  asParleyError(fault).extra.isReported ? 'debug' : 'warn';

const MOST_CAUSES = 10;

/**
 * Any fault as an error for clients: a ParleyError somewhere in its chain of causes (libraries wrap what they catch),
 * else `internal`, which reveals nothing.
 */
export function asParleyError(fault: unknown): ParleyError {
  let at = fault;
  for (let depth = 0; depth < MOST_CAUSES && typeof at === 'object' && at !== null; depth += 1) {
    if (at instanceof ParleyError) return at;
    at = (at as { cause?: unknown }).cause;
  }
  return new ParleyError('internal', {}, { cause: fault });
}
