import type { Message, UserView } from './entities.js';
import type { Page } from './rest.js';

/** What a search can ask of a message besides its words. */
export const SEARCH_TRAITS = ['link', 'mention', 'image', 'file'] as const;
export type SearchTrait = (typeof SEARCH_TRAITS)[number];

/** Query of `GET search`. Something of it must narrow the search; all of it has to hold, that in `q` included. */
export interface SearchQuery {
  /** Words, `"phrases"`, `-not`, and `from:`, `in:`, `before:`, `after:`, `on:`, `has:`. */
  q?: string;
  /** A user's id or username. */
  from?: string;
  conversationId?: string;
  /** A day of UTC (`2026-11-30`) or an ISO time, which is left out itself. */
  before?: string;
  after?: string;
  has?: SearchTrait;
  cursor?: string;
  limit?: number;
}

/** A piece of a message's text; joined they are the whole of it. Hits begin and end where graphemes do. */
export interface SearchSegment {
  text: string;
  match: boolean;
}

export interface SearchHit {
  message: Message;
  segments: SearchSegment[];
}

/** Newest first. A page may be short, and even empty, and still have more: only `hasMore` says whether there is. */
export interface SearchPage extends Page<SearchHit> {
  users: UserView[];
}
