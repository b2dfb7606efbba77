import { HttpException } from '@nestjs/common';
import type { ErrorCode } from '@parley/protocol';
import { asParleyError, invalid, ParleyError } from '../../kernel/errors.js';

const BY_STATUS: Partial<Record<number, ErrorCode>> = {
  400: 'validation_failed',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'not_found',
  413: 'too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  503: 'service_unavailable',
};

/** Any fault of a REST request as an error for clients; the words of Nest, Express and its parsers are not passed on. */
export function restError(fault: unknown): ParleyError {
  if (!(fault instanceof HttpException)) return asParleyError(fault);
  if (typeOf(fault.cause) === 'entity.parse.failed') return invalid('', 'is not valid JSON');
  const code = BY_STATUS[fault.getStatus()];
  return code ? new ParleyError(code, {}, { cause: fault }) : asParleyError(fault);
}

/** The body parser's word for what went wrong. */
const typeOf = (fault: unknown): unknown => (fault as { type?: unknown } | undefined)?.type;
