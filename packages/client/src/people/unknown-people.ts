import { type Page, SYNC_LIMITS, type UserDetail } from '@parley/protocol';
import { raiseDefect } from '../call-safely.js';

export interface UnknownPeopleOptions {
  isKnown: (userId: string) => boolean;
  fetch: (userIds: readonly string[]) => Promise<Page<UserDetail>>;
  onFetched: (users: readonly UserDetail[]) => void;
}

/** Users who are named within this time are requested together. */
const BATCH_MS = 50;
/** People fetched again at a time. */
const MOST_RENEWED = 500;
/** Ids remembered that the server does not know. */
const MOST_ASKED = 1_000;

/** Fetches the people of whom an event has nothing but the id; each is asked for once. */
export class UnknownPeople {
  readonly #wanted = new Set<string>();
  readonly #asked = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: UnknownPeopleOptions) {}

  request(...userIds: string[]): void {
    for (const id of userIds) if (!this.#asked.has(id) && !this.options.isKnown(id)) this.#wanted.add(id);
    if (this.#wanted.size > 0) this.#timer ??= setTimeout(() => void this.#fetch(), BATCH_MS);
  }

  /** Fetches the last of them again: there may be news of them. */
  renew(userIds: readonly string[]): void {
    for (const id of userIds.slice(-MOST_RENEWED)) this.#wanted.add(id);
    this.request();
  }

  /** Nothing is asked any more until somebody is named again. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted.clear();
    this.#asked.clear();
  }

  async #fetch(): Promise<void> {
    this.#timer = undefined;
    const ids = [...this.#wanted].slice(0, SYNC_LIMITS.usersPerRequest);
    if (this.#asked.size > MOST_ASKED) this.#asked.clear();
    for (const id of ids) {
      this.#wanted.delete(id);
      this.#asked.add(id);
    }
    this.request();
    try {
      this.options.onFetched((await this.options.fetch(ids)).items);
    } catch (fault) {
      raiseDefect(fault);
      // Whoever names them again asks again.
      for (const id of ids) this.#asked.delete(id);
    }
  }
}
