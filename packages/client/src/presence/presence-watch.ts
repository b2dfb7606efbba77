import {
  type CommandName,
  type Commands,
  type EventName,
  type Events,
  SYNC_LIMITS,
  type UserPresence,
} from '@parley/protocol';
import { raiseDefect } from '../call-safely.js';
import { backOff } from '../connection/back-off.js';
import { Listeners } from '../listeners.js';
import { setNewest } from '../model/bounded.js';
import type { Subscribable } from '../subscribable.js';

type Ask = <Name extends CommandName>(
  name: Name,
  payload: Commands[Name]['payload'],
) => Promise<Commands[Name]['result']>;

/** Those who are watched within this time are asked for together. */
const BATCH_MS = 50;
const MOST_KNOWN = 10_000;

const TOLD: { readonly [Name in EventName]?: Pick<UserPresence, 'isOnline' | 'isAway'> } = {
  'status:online': { isOnline: true, isAway: false },
  'status:away': { isOnline: true, isAway: true },
  'status:offline': { isOnline: false, isAway: false },
};

/** Who is online, of those whom somebody watches and those whom the server tells of; and whether anybody is here. */
export class PresenceWatch {
  readonly known: Subscribable<ReadonlyMap<string, UserPresence>>;
  readonly #listeners = new Listeners();
  readonly #users = new Map<string, UserPresence>();
  #view: ReadonlyMap<string, UserPresence> | null = null;
  /** User → by how many watched, the latest last. */
  readonly #watched = new Map<string, number>();
  /** Those told of while an answer is under way, which may be older. */
  #toldMeanwhile = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isReady = false;
  #isIdle = false;
  #failures = 0;

  constructor(private readonly ask: Ask) {
    this.known = {
      getSnapshot: () => {
        this.#view ??= new Map(this.#users);
        return this.#view;
      },
      subscribe: (listener) => this.#listeners.add(listener),
    };
  }

  /** Returns how to let go of them. */
  watch(userIds: readonly string[]): () => void {
    const ids = new Set(userIds);
    let hasNew = false;
    for (const id of ids) {
      const count = this.#watched.get(id) ?? 0;
      hasNew ||= count === 0;
      this.#watched.delete(id);
      this.#watched.set(id, count + 1);
    }
    // Of fewer nothing is said: what the server tells beyond is right as well.
    if (hasNew) this.#askSoon(BATCH_MS);
    return () => {
      for (const id of ids) {
        const count = (this.#watched.get(id) ?? 1) - 1;
        if (count > 0) this.#watched.set(id, count);
        else this.#watched.delete(id);
      }
      ids.clear();
    };
  }

  /** The server knows nothing of this connection yet; of others than those watched nobody says what was missed. */
  resume(): void {
    this.#isReady = true;
    this.#failures = 0;
    for (const id of this.#users.keys()) if (!this.#watched.has(id)) this.#users.delete(id);
    this.#touch();
    this.#askSoon(0);
    if (this.#isIdle) this.#tellIdle();
  }

  pause(): void {
    this.#isReady = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Another person is signed in. */
  clear(): void {
    this.#users.clear();
    this.#touch();
  }

  setIdle(isIdle: boolean): void {
    this.#isIdle = isIdle;
    if (this.#isReady) this.#tellIdle();
  }

  hear<Name extends EventName>(name: Name, payload: Events[Name]): void {
    const told = TOLD[name];
    if (!told) return;
    const { userId, lastSeenAt } = payload as Events['status:online'];
    this.#toldMeanwhile.add(userId);
    setNewest(this.#users, [userId, { ...told, lastSeenAt }], MOST_KNOWN);
    this.#touch();
  }

  #askSoon(ms: number): void {
    if (this.#isReady && this.#watched.size > 0) this.#timer ??= setTimeout(() => void this.#subscribe(), ms);
  }

  async #subscribe(): Promise<void> {
    this.#timer = undefined;
    const userIds = [...this.#watched.keys()].slice(-SYNC_LIMITS.presenceUsers);
    this.#toldMeanwhile = new Set();
    try {
      const { users } = await this.ask('presence:subscribe', { userIds });
      this.#failures = 0;
      for (const id of userIds) this.#answered(id, users[id]);
      this.#touch();
    } catch (fault) {
      raiseDefect(fault);
      this.#failures += 1;
      this.#askSoon(backOff(this.#failures));
    }
  }

  #answered(id: string, presence: UserPresence | undefined): void {
    if (this.#toldMeanwhile.has(id)) return;
    if (presence) setNewest(this.#users, [id, presence], MOST_KNOWN);
    else this.#users.delete(id);
  }

  /** Where it gets lost, the next change or connection tells it anew. */
  #tellIdle(): void {
    this.ask('presence:idle', { isIdle: this.#isIdle }).catch(raiseDefect);
  }

  #touch(): void {
    this.#view = null;
    this.#listeners.tell();
  }
}
