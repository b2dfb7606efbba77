import type { ErrorCode, ErrorDetail, ErrorObject } from '@parley/protocol';

/** `network`: no answer to a request. `offline`: not sent, or the connection ended first. `timeout`: no answer in time. */
export type SdkErrorCode = ErrorCode | 'network' | 'offline' | 'timeout';

interface Extra {
  details?: ErrorDetail[];
  retryAfterMs?: number;
  requestId?: string;
  retryable?: boolean;
}

/** Everything that this package rejects with. Branch on `code`, never on the text. */
export class SdkError extends Error {
  readonly details?: ErrorDetail[];
  readonly retryAfterMs?: number;
  /** Names the refusal in the server's log; absent where the server was not reached. */
  readonly requestId?: string;
  /** Whether the same may succeed if it is repeated later. */
  readonly retryable: boolean;

  constructor(
    readonly code: SdkErrorCode,
    message: string,
    { retryable = true, details, retryAfterMs, requestId }: Extra = {},
  ) {
    super(message);
    this.name = 'SdkError';
    this.retryable = retryable;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
    this.requestId = requestId;
  }

  /** Whatever was thrown; what is none of ours is a defect. */
  static of(fault: unknown): SdkError {
    return fault instanceof SdkError ? fault : new SdkError('internal', String(fault), { retryable: false });
  }

  static from(error: ErrorObject): SdkError {
    return new SdkError(error.code, error.message, error);
  }
}
