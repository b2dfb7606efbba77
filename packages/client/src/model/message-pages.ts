import type { MessagePage } from '@parley/protocol';
import type { SdkError } from '../sdk-error.js';

/** What a reader wishes to see. A place: a seq, a message id or an ISO time. `latest` also loads the first page. */
export type PageWish = 'older' | 'newer' | 'latest' | { around: number | string };

/** To be requested as it is, with a limit and without a filter. Empty: the newest. */
export interface PageRequest {
  readonly before?: string;
  readonly after?: string;
  readonly around?: string;
}

/** A page of messages that is under way, until it is ended or failed. */
export interface PageTicket {
  readonly request: PageRequest;
  /** It arrived: what happened since the request is applied to it, and what it leads to is shown. */
  readonly end: (page: MessagePage) => void;
  /** Null: given up. */
  readonly fail: (error: SdkError | null) => void;
}
