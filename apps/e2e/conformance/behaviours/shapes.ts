import { expect } from '@jest/globals';
import type { ErrorObject } from '@parley/protocol';

export const aUuid: unknown = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
export const aTime: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** Any id that nothing has. */
export const NOBODY = '018f0000-0000-7000-8000-000000000000';

/** Which of the contract's errors may be repeated as they are. */
const RETRYABLE = new Set([
  'token_expired',
  'rate_limited',
  'internal',
  'service_unavailable',
  'draining',
  'slow_consumer',
  'storage_full',
]);

/** The error object of the contract's §3, with what else it contains. */
export function anError(code: ErrorObject['code'], more: object = {}): object {
  const message: unknown = expect.any(String);
  return expect.objectContaining({ code, message, retryable: RETRYABLE.has(code), requestId: aUuid, ...more });
}

/** An answer without what is each request's own. */
export const anonymous = (text: string): string => text.replace(/"requestId":"[^"]+"/, '"requestId":""');

/** 1, 2, … `to`, or from another beginning. */
export const numbers = (to: number, from = 1): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);
