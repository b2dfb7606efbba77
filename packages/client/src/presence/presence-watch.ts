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
import { SdkError } from '../sdk-error.js';
import type { Subscribable } from '../subscribable.js';

type Ask = <Name extends CommandName>(
  name: Name,
  payload: Commands[Name]['payload'],
) => Promise<Commands[Name]['result']>;

/** Users who are watched within this time are requested together, and changes within it are reported together. */
const BATCH_MS = 50;
const MOST_KNOWN = 10_000;

const STATUS_OF_EVENT: { readonly [Name in EventName]?: Pick<UserPresence, 'isOnline' | 'isAway'> } = {
  'status:online': { isOnline: true, isAway: false },
  'status:away': { isOnline: true, isAway: true },
  'status:offline': { isOnline: false, isAway: false },
};

/** Who is online, of the watched users and those whom the server sends events of; and whether this user is idle. */
export class PresenceWatch {
  readonly known: Subscribable<ReadonlyMap<string, UserPresence>>;
  readonly #listeners = new Listeners();
  readonly #users = new Map<string, UserPresence>();
  #view: ReadonlyMap<string, UserPresence> | null = null;
  /** User → the number of watchers, the user watched last at the end. */
  readonly #watched = new Map<string, number>();
  /** Users with an event since the last request: its answer may be older. */
  #changedSinceRequest = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires, and before when the server refuses another request; on the clock of `performance`. */
  #dueAt = Infinity;
  #notBefore = 0;
  #isNotifying = false;
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

  /** Returns the unsubscribe function. */
  watch(userIds: readonly string[]): () => void {
    const ids = new Set(userIds);
    let hasNew = false;
    for (const id of ids) {
      const count = this.#watched.get(id) ?? 0;
      hasNew ||= count === 0;
      this.#watched.delete(id);
      this.#watched.set(id, count + 1);
    }
    if (hasNew) this.#subscribeIn(BATCH_MS);
    // Unwatching sends nothing: extra events are harmless.
    return () => {
      for (const id of ids) {
        const count = (this.#watched.get(id) ?? 1) - 1;
        if (count > 0) this.#watched.set(id, count);
        else this.#watched.delete(id);
      }
      ids.clear();
    };
  }

  /** A new connection has no subscription. Users who are not asked again may be outdated and are dropped. */
  resume(): void {
    this.#isReady = true;
    this.#failures = 0;
    this.#notBefore = 0;
    const asked = new Set(this.#asked());
    for (const id of this.#users.keys()) if (!asked.has(id)) this.#users.delete(id);
    this.#touch();
    this.#subscribeIn(0);
    if (this.#isIdle) this.#sendIdle();
  }

  pause(): void {
    this.#isReady = false;
    clearTimeout(this.#timer);
    this.#dueAt = Infinity;
  }

  /** Another person is signed in. */
  clear(): void {
    this.#users.clear();
    this.#touch();
  }

  setIdle(isIdle: boolean): void {
    this.#isIdle = isIdle;
    if (this.#isReady) this.#sendIdle();
  }

  applyEvent<Name extends EventName>(name: Name, payload: Events[Name]): void {
    const status = STATUS_OF_EVENT[name];
    if (!status) return;
    const { userId, lastSeenAt } = payload as Events['status:online'];
    this.#changedSinceRequest.add(userId);
    setNewest(this.#users, [userId, { ...status, lastSeenAt }], MOST_KNOWN);
    this.#touch();
  }

  /** The users of whom the server may be asked: those watched last. */
  #asked(): string[] {
    return [...this.#watched.keys()].slice(-SYNC_LIMITS.presenceUsers);
  }

  /** Of two times the earlier one counts, so that a new user does not wait for a retry. */
  #subscribeIn(ms: number): void {
    if (!this.#isReady || this.#watched.size === 0) return;
    const now = performance.now();
    const dueAt = Math.max(now + ms, this.#notBefore);
    if (this.#dueAt <= dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => void this.#subscribe(), dueAt - now);
  }

  async #subscribe(): Promise<void> {
    this.#dueAt = Infinity;
    const userIds = this.#asked();
    this.#changedSinceRequest = new Set();
    try {
      const { users } = await this.ask('presence:subscribe', { userIds });
      this.#failures = 0;
      for (const id of userIds) this.#answered(id, users[id]);
      this.#touch();
    } catch (fault) {
      raiseDefect(fault);
      this.#retry(SdkError.of(fault));
    }
  }

  /** What is refused for good is asked again only with another user or another connection. */
  #retry({ retryable, retryAfterMs = 0 }: SdkError): void {
    if (!retryable) return;
    this.#failures += 1;
    this.#notBefore = performance.now() + retryAfterMs;
    this.#subscribeIn(backOff(this.#failures));
  }

  #answered(id: string, presence: UserPresence | undefined): void {
    if (this.#changedSinceRequest.has(id)) return;
    if (presence) setNewest(this.#users, [id, presence], MOST_KNOWN);
    else this.#users.delete(id);
  }

  /** A lost one is not repeated: the next change or connection sends the state again. */
  #sendIdle(): void {
    this.ask('presence:idle', { isIdle: this.#isIdle }).catch(raiseDefect);
  }

  #touch(): void {
    this.#view = null;
    if (this.#isNotifying) return;
    this.#isNotifying = true;
    setTimeout(() => {
      this.#isNotifying = false;
      this.#listeners.notify();
    }, BATCH_MS);
  }
}
