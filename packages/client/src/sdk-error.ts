import type { ErrorCode, ErrorDetail, ErrorObject } from '@parley/protocol';

/**
 * `network`: no answer to a request. `offline`: not sent, or the connection ended first. `timeout`: no answer in time.
 * `cancelled`: by a call of this side.
 * `defect`: a fault of the program on this side, which was raised as an uncaught error as well.
 */
export type SdkErrorCode = ErrorCode | 'network' | 'offline' | 'timeout' | 'cancelled' | 'defect';

/** Why something of this user's was not taken, as it can be written down. */
export type Failure = Omit<ErrorObject, 'code'> & { code: ErrorCode | 'defect' };

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

  /** Whatever was thrown. What is no refusal and no missing answer is a defect: the server is not to be blamed for it. */
  static of(fault: unknown): SdkError {
    return fault instanceof SdkError ? fault : new SdkError('defect', String(fault));
  }

  static from(error: ErrorObject): SdkError {
    return new SdkError(error.code, error.message, error);
  }
}
