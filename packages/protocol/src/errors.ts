import type { ErrorCode } from './error-object.js';

/** When each refusal is used, and how. One table for every transport. */

/** One row of the error table. `close` is the WebSocket close code used where the refusal ends the connection. */
export interface ErrorRow {
  readonly status: number;
  readonly close: number | null;
  /** Whether the same request may succeed if it is simply repeated later. */
  readonly retryable: boolean;
  /** The sentence used where the thrower has none of its own. */
  readonly message: string;
}

/** Close codes 4000–4499: come back. 4500–4999: not with the same credentials. */
export const ERRORS = {
  /** A malformed, unknown or missing value; also a marker beyond the last message. */
  validation_failed: row(400, null, false, 'The request is not valid.'),
  /** No token, a garbled or foreign one, or its session has ended. */
  unauthenticated: row(401, 4501, false, 'Sign in first: the token is missing or not valid.'),
  /** Come back with a new token. */
  token_expired: row(401, 4504, true, 'The token has expired. Come back with a new one.'),
  /**
   * You may see it, but not do this; or this origin may not connect; or, where the server refuses spam, a message that looks
   * like it: `details` has its `content`, `spam: text`, `spam: links` or `spam: mentions`.
   */
  forbidden: row(403, 4503, false, 'You may not do this.'),
  /** There is no such thing, or it is not for you; an unknown command. */
  not_found: row(404, 4506, false, 'There is no such thing here, or it is not for you.'),
  /** The present state does not allow it. */
  conflict: row(409, null, false, 'The present state does not allow this.'),
  /** This id was used before with another content. */
  idempotency_conflict: row(409, null, false, 'This id was used before with another content.'),
  /** `content` is over its limit. */
  content_too_long: row(413, 1009, false, 'The text is too long.'),
  /** The body, `metadata` or a file is over its limit, or all files of a user together are over theirs. */
  too_large: row(413, 1009, false, 'The request is too large.'),
  /** A body that is not JSON in UTF-8; of an upload one that is no `multipart/form-data`. */
  unsupported_media_type: row(415, null, false, 'Send JSON, with the content type application/json.'),
  /**
   * After `retryAfterMs`; on a socket also the command that comes while 1,000 of its commands are not answered, before
   * its `ready` while 50 are not.
   */
  rate_limited: row(429, 4029, true, 'Too many requests. Wait a little.'),
  /** Ten frames on one socket that cannot be read: binary data, over a plain WebSocket whatever is no frame, over STOMP bodies that are not JSON. One frame that is none, over STOMP. */
  bad_frames: row(400, 4505, false, 'Too many malformed frames.'),
  /** A defect of the server, without details. */
  internal: row(500, null, true, 'Something went wrong on the server.'),
  /** A transport or this deployment does not have it: the search with `SEARCH=off`, files with `FILES=off`. */
  unsupported: row(501, null, false, 'This is not offered here.'),
  /**
   * The database is away, a queue is full, a row was locked for too long, or the connection was lost while committing:
   * repeat with the same `clientMessageId`.
   */
  service_unavailable: row(503, 4003, true, 'The service is not available just now. Try again.'),
  /** The node is about to stop: come back, and repeat the command, which was not run. */
  draining: row(503, 4001, true, 'This node is about to stop. Come back.'),
  /** The socket did not keep up with what it was sent: come back, and catch up. */
  slow_consumer: row(503, 4002, true, 'The connection did not keep up with its messages.'),
  /** There is no room for another file. */
  storage_full: row(507, null, true, 'The storage is full.'),
} as const satisfies Record<ErrorCode, ErrorRow>;

function row(status: number, close: number | null, retryable: boolean, message: string): ErrorRow {
  return { status, close, retryable, message };
}
