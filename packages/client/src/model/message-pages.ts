import type { PageLoading } from './snapshots.js';

/** What a reader wishes to see. A place: a seq, a message id or an ISO time. `latest` also loads the first page. */
export type PageWish = 'older' | 'newer' | 'latest' | { around: number | string };

/** A page of messages that is under way. */
export interface PageTicket {
  readonly conversationId: string;
  readonly loading: PageLoading;
  /** To be asked for as it is, with a limit of one's own and no filter. Empty: the newest. */
  readonly request: { readonly before?: string; readonly after?: string; readonly around?: string };
}
