/** What a refusal looks like, apart from the table of `errors.ts`, so that a page need not load its sentences. */

const CODES = [
  'validation_failed',
  'unauthenticated',
  'token_expired',
  'forbidden',
  'not_found',
  'conflict',
  'idempotency_conflict',
  'content_too_long',
  'too_large',
  'unsupported_media_type',
  'rate_limited',
  'bad_frames',
  'internal',
  'unsupported',
  'service_unavailable',
  'draining',
  'slow_consumer',
  'storage_full',
] as const;

export type ErrorCode = (typeof CODES)[number];

/** One fault of a request: `path` is dotted (`memberIds.0`), `message` a sentence or a fixed word. */
export interface ErrorDetail {
  path: string;
  message: string;
}

/** The error object, the same over every transport. */
export interface ErrorObject {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  details?: ErrorDetail[];
  requestId: string;
  /** With `rate_limited` and temporary refusals: milliseconds to wait. */
  retryAfterMs?: number;
  /** In every error answer to a send, so that it can be repeated under the same id. */
  clientMessageId?: string;
}

/** Whether it is ours: what stands between may answer anything, also an `error` with a `code` of its own. */
export function isErrorObject(value: unknown): value is ErrorObject {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message, retryable } = value as Partial<ErrorObject>;
  return CODES.some((known) => known === code) && typeof message === 'string' && typeof retryable === 'boolean';
}

/** The body of every failed REST request, and of what tells a failure on other transports. */
export interface ErrorBody {
  error: ErrorObject;
}
