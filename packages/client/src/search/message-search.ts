import type { SearchHit, SearchPage, SearchQuery } from '@parley/protocol';
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

/** An answer may end early, since its work is bounded: so many are followed before somebody has to ask for more. */
const MOST_PAGES = 5;
const DEFAULT_LIMIT = 20;

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
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    if (!this.getSnapshot().hasMore) return;
    this.#set({ isLoading: true, error: null });
    const wanted = this.query.limit ?? DEFAULT_LIMIT;
    try {
      for (
        let [pages, found] = [0, 0];
        pages < MOST_PAGES && found < wanted && this.getSnapshot().hasMore;
        pages += 1
      ) {
        found += await this.#loadPage();
      }
      this.#set({ isLoading: false });
    } catch (fault) {
      if (!(fault instanceof SdkError)) throw fault;
      this.#set({ isLoading: false, error: fault });
    }
  }

  async #loadPage(): Promise<number> {
    const { items, nextCursor } = await this.ask(`search?${this.#parameters()}`);
    this.#cursor = nextCursor;
    this.#set({ items: [...this.getSnapshot().items, ...items], hasMore: nextCursor !== null });
    return items.length;
  }

  #parameters(): string {
    const given = Object.entries({ ...this.query, cursor: this.#cursor ?? this.query.cursor });
    return given
      .flatMap(([name, value]) => (value === undefined ? [] : `${name}=${encodeURIComponent(value)}`))
      .join('&');
  }

  #set(change: Partial<SearchSnapshot>): void {
    this.#value.set({ ...this.getSnapshot(), ...change });
  }
}
