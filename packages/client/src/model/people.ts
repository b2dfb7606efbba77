import type { UserView } from '@parley/protocol';

const LIMIT = 10_000;

/** Everyone of whom anything was told, as told last; those known longest make room. */
export class People {
  readonly #users = new Map<string, UserView>();
  #view: ReadonlyMap<string, UserView> | null = null;

  /** Tells whether that is news of someone known. `undefined`: nothing new, or someone new. */
  meet({ id, username, displayName, avatarUrl, isBot }: UserView): UserView | undefined {
    const known = this.#users.get(id);
    const isSame =
      known?.username === username &&
      known.displayName === displayName &&
      known.avatarUrl === avatarUrl &&
      known.isBot === isBot;
    if (isSame) return undefined;
    const user = { id, username, displayName, avatarUrl, isBot };
    this.#users.set(id, user);
    this.#view = null;
    for (const oldest of this.#users.keys()) {
      if (this.#users.size <= LIMIT) break;
      this.#users.delete(oldest);
    }
    return user;
  }

  snapshot(): ReadonlyMap<string, UserView> {
    this.#view ??= new Map(this.#users);
    return this.#view;
  }
}
