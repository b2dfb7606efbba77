import type { UserView } from '@parley/protocol';
import { setNewest } from './bounded.js';

const LIMIT = 10_000;

/** Every user of any event or answer, as received last; those of longest ago make room. */
export class People {
  readonly #users = new Map<string, UserView>();
  #view: ReadonlyMap<string, UserView> | null = null;

  /** Returns the person where anything of that is new. */
  meet({ id, username, displayName, avatarUrl, isBot }: UserView): UserView | undefined {
    const user = { id, username, displayName, avatarUrl, isBot };
    if (JSON.stringify(this.#users.get(id)) === JSON.stringify(user)) return undefined;
    setNewest(this.#users, [id, user], LIMIT);
    this.#view = null;
    return user;
  }

  has(id: string): boolean {
    return this.#users.has(id);
  }

  snapshot(): ReadonlyMap<string, UserView> {
    this.#view ??= new Map(this.#users);
    return this.#view;
  }
}
