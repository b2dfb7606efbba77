import { type SearchHit, type SearchPage, type SearchQuery, SYNC_LIMITS } from '@parley/protocol';
import { raiseDefect } from '../call-safely.js';
import { parametersOf } from '../http/parameters.js';
import { SdkError } from '../sdk-error.js';
import type { Subscribable } from '../subscribable.js';
import { Value } from '../value.js';

export interface SearchSnapshot {
  /** Newest first; as they were when they were found. */
  items: readonly SearchHit[];
  isLoading: boolean;
  /** Whether `loadMore` may bring more. */
  hasMore: boolean;
  /** Of the last attempt; null where it succeeded. */
  error: SdkError | null;
}

/** One question. It is asked when somebody first subscribes, or by `loadMore`. */
export interface SearchList extends Subscribable<SearchSnapshot> {
  /** Does not reject: a failure is the snapshot's `error`, and the next call tries again. */
  loadMore(): Promise<void>;
}

type Ask = (path: string) => Promise<SearchPage>;

/** Pages requested by one call: an answer may end early, since its work is bounded. */
const MOST_PAGES = 5;

export class MessageSearch implements SearchList {
  readonly getSnapshot: () => SearchSnapshot;
  readonly #value = new Value<SearchSnapshot>({ items: [], isLoading: false, hasMore: true, error: null });
  #cursor: string | null = null;
  #loading: Promise<void> | null = null;

  constructor(
    private readonly query: SearchQuery,
    private readonly ask: Ask,
  ) {
    this.getSnapshot = this.#value.getSnapshot;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const unsubscribe = this.#value.subscribe(listener);
    const { items, hasMore, error } = this.getSnapshot();
    if (items.length === 0 && hasMore && !error) void this.loadMore();
    return unsubscribe;
  };

  loadMore(): Promise<void> {
    if (!this.getSnapshot().hasMore) return Promise.resolve();
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    this.#set({ isLoading: true, error: null });
    const wanted = this.query.limit ?? SYNC_LIMITS.searchDefault;
    const isForListeners = this.#value.hasListeners;
    try {
      for (let [pages, found] = [0, 0]; pages < MOST_PAGES && found < wanted; pages += 1) {
        found += await this.#loadPage();
        const isAbandoned = isForListeners && !this.#value.hasListeners;
        if (isAbandoned || !this.getSnapshot().hasMore) break;
      }
      this.#end(null);
    } catch (fault) {
      raiseDefect(fault);
      this.#end(SdkError.of(fault));
    }
  }

  /** A listener may load more at once. */
  #end(error: SdkError | null): void {
    this.#loading = null;
    this.#set({ isLoading: false, error });
  }

  async #loadPage(): Promise<number> {
    const parameters = parametersOf({ ...this.query, cursor: this.#cursor ?? this.query.cursor });
    const { items, nextCursor } = await this.ask(`search?${parameters}`);
    this.#cursor = nextCursor;
    this.#set({ items: [...this.getSnapshot().items, ...items], hasMore: nextCursor !== null });
    return items.length;
  }

  #set(change: Partial<SearchSnapshot>): void {
    this.#value.set({ ...this.getSnapshot(), ...change });
  }
}
