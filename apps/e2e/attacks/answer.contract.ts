import type { ErrorObject } from '@parley/protocol';
import type { Actor } from './fixture.js';
import type { WireAnswer } from './wire.js';

/** An answer of the deployment, of whatever transport. */
export interface Answer {
  /** `GET /api/users/me by mallory`. */
  what: string;
  transport: 'rest' | 'socketio' | 'websocket' | 'stomp';
  /** When it was there, as the log tells the time. */
  at: number;
  by: Actor | null;
  /** Of an acknowledgement: that of its error, or 200. */
  status: number;
  text: string;
  error: ErrorObject | null;
  headers: WireAnswer['headers'];
}
