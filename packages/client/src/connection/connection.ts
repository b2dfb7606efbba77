import type { Announced, CommandName, Commands, EventName, Events } from '@parley/protocol';
import { isDefect, raise, raiseDefect } from '../call-safely.js';
import { SdkError } from '../sdk-error.js';
import { Value } from '../value.js';
import { backOff } from './back-off.js';
import type { ConnectionSnapshot } from './connection-snapshot.js';
import { ServerClock } from './server-clock.js';
import { type ConnectionAction, type ConnectionEvent, TRANSITIONS } from './states.js';
import { isOfToken, type TokenReason, type Tokens } from './tokens.js';
import { noConnection, type SocketOpener, Wire, type WireEnd } from './wire.js';

export interface ConnectionOptions {
  url: string;
  tokens: Tokens;
  openSocket?: SocketOpener;
  /** Every event in the order of arrival; `ready` after `catchUp` was called. */
  onEvent: <Name extends EventName>(name: Name, payload: Events[Name]) => void;
  /** After each `ready`. Resolves once the state is that of the server; then the connection is `online`. */
  catchUp: (announced: Announced) => Promise<void>;
  /** It is online; once more when it has caught up where it was behind then. */
  onOnline: () => void;
  /** A connection that had been ready is no more. */
  onLost: () => void;
  /** It was stopped, or there is no session: the next connection may be another user's. */
  onRest: () => void;
}

/** An attempt that is not ready by then has failed, whatever it waits for. */
const ATTEMPT_MS = 30_000;
/** Until then a command is answered, or it is not known what became of it. */
const ACK_MS = 10_000;
/** However long a server wants us away. */
const LONGEST_AWAY_MS = 60_000;
/** Every third attempt begins with long polling. */
const POLLING_EVERY = 3;

/** Keeps a socket open for as long as one is wanted, by the table of `states.ts`. */
export class Connection {
  readonly snapshot = new Value<ConnectionSnapshot>({
    state: 'idle',
    since: Date.now(),
    isBehind: false,
    attempt: 0,
    userId: null,
    error: null,
    fault: null,
    limits: null,
    features: null,
  });
  readonly clock = new ServerClock();
  #wire: Wire | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What began under an earlier number is of no interest any more. */
  #turn = 0;
  #failures = 0;
  #reason: TokenReason = 'connect';
  #token = '';
  #tokenReplacesRefused = false;
  #announced: Announced | null = null;
  /** Commands are taken. */
  isReady = false;
  /** The event that is being entered, and those that have been fired since. */
  #events: ConnectionEvent[] = [];
  /** When the server wants us back; milliseconds. */
  #awayMs: number | null = null;
  /** The actions of the state table. */
  readonly #actions: Record<ConnectionAction, () => void> = {
    rest: () => {
      this.#close();
      this.#failures = 0;
      this.#reason = 'connect';
      this.options.tokens.forget();
      this.options.onRest();
      this.#awayMs = null;
      this.#show({ attempt: 0 });
    },
    sleep: () => this.#close(),
    open: () => {
      this.#close();
      this.#show({ attempt: this.snapshot.getSnapshot().attempt + 1 });
      this.#timer = setTimeout(() => this.fire('lost'), ATTEMPT_MS);
      this.#askForToken(this.#reason);
    },
    renew: () => {
      this.#reason = 'refused';
      this.#actions.open();
    },
    dial: () => {
      const { url, openSocket } = this.options;
      try {
        this.#wire = new Wire({
          url,
          token: this.#token,
          openSocket,
          pollingFirst: this.snapshot.getSnapshot().attempt % POLLING_EVERY === 0,
          onEvent: (name, payload) => this.#hear(name, payload),
          onEnd: (end) => this.#afterEnd(end),
        });
      } catch (fault) {
        // An address that no connection can be opened to, for example.
        if (isDefect(fault)) this.fail(fault);
        else this.fire('lost');
      }
    },
    greet: () => this.#greet(),
    settle: () => {
      this.#failures = 0;
      this.#tokenReplacesRefused = false;
      this.#show({ attempt: 0, error: null, fault: null });
      this.options.onOnline();
    },
    wait: () => this.#waitFor(Math.max(backOff(this.#failures + 1), this.#askedWait())),
    waitLong: () => this.#waitFor(Math.max(backOff(Infinity), this.#askedWait())),
    waitForToken: () => {
      this.#reason = 'refused';
      this.#waitFor(backOff(this.#failures + 1));
    },
    refresh: () => this.#askForToken('expiring'),
    present: () => {
      const refuse = this.#meanwhile(() => this.fire(this.#refusedToken()));
      this.ask('auth:refresh', { token: this.#token }).catch((fault: unknown) => {
        // Any other fault: the server closes when the token ends, and the next attempt brings another.
        if (isOfToken(SdkError.of(fault))) refuse();
        raiseDefect(fault);
      });
    },
    note: () => undefined,
  };

  constructor(private readonly options: ConnectionOptions) {}

  /** Enters an event into the state table. One that a listener fires meanwhile comes after the present one. */
  fire(event: ConnectionEvent): void {
    this.#events.push(event);
    if (this.#events.length > 1) return;
    try {
      for (const next of this.#events) this.#enter(next);
    } finally {
      this.#events = [];
    }
  }

  /** The sync takes long on a slow line, and is coming. */
  fallBehind(): void {
    if (this.snapshot.getSnapshot().state !== 'syncing') return;
    this.#show({ isBehind: true });
    this.fire('behind');
  }

  /** A defect of the program: not to be taken for a missing network, and tried again later all the same. */
  fail(fault: unknown): void {
    raise(fault);
    this.#show({ fault });
    this.fire('fault');
  }

  /**
   * Sends a command. Rejects with `offline` at once where the server has not announced itself on this connection, with
   * `timeout` after `ms`.
   */
  ask<Name extends CommandName>(
    name: Name,
    payload: Commands[Name]['payload'],
    ms = ACK_MS,
  ): Promise<Commands[Name]['result']> {
    const { limits } = this.snapshot.getSnapshot();
    if (!this.#wire || !this.isReady || !limits) return Promise.reject(noConnection());
    return this.#wire.ask(name, payload, { frameBytes: limits.frameBytes, ms });
  }

  #enter(event: ConnectionEvent): void {
    const entry = TRANSITIONS[this.snapshot.getSnapshot().state][event];
    if (entry === 'ignored') return;
    this.#show({ state: entry.to });
    this.#actions[entry.action]();
  }

  #askForToken(reason: TokenReason): void {
    this.options.tokens.ask(reason).then(
      this.#meanwhile((token) => {
        if (token === null) return this.fire('noToken');
        this.#token = token;
        this.#tokenReplacesRefused = reason === 'refused';
        this.#reason = 'connect';
        this.fire('tokenGiven');
      }),
      this.#meanwhile((fault) => (isDefect(fault) ? this.fail(fault) : this.fire('tokenFailed'))),
    );
  }

  #hear<Name extends EventName>(name: Name, payload: Events[Name]): void {
    if (name === 'ready') {
      if (!isAnnounced(payload)) return;
      this.#announced = payload;
      this.fire('ready');
    }
    if (name === 'server:draining') {
      this.#awayMs = (payload as Events['server:draining']).reconnectAfterMs;
      this.fire('draining');
    }
    if (name === 'auth:expiring') this.fire('expiring');
    this.options.onEvent(name, payload);
  }

  #greet(): void {
    const announced = this.#announced;
    if (!announced) return;
    clearTimeout(this.#timer);
    this.isReady = true;
    this.clock.set(announced.serverTime);
    const { userId, limits, features }: Partial<Announced> & Pick<Announced, 'userId' | 'limits'> = announced;
    this.#show({ userId, limits, features: features ?? null });
    this.options.catchUp(announced).then(
      this.#meanwhile(() => {
        this.#show({ isBehind: false });
        this.fire('synced');
      }),
      this.#meanwhile((fault) => (fault instanceof SdkError ? this.fire('lost') : this.fail(fault))),
    );
  }

  /** Does it, unless this attempt is over by then. */
  #meanwhile<Args extends unknown[]>(act: (...args: Args) => void): (...args: Args) => void {
    const turn = this.#turn;
    return (...args) => {
      if (turn === this.#turn) act(...args);
    };
  }

  #afterEnd({ how, error }: WireEnd): void {
    this.#show({ error });
    if (error?.retryAfterMs !== undefined) this.#awayMs = Math.max(this.#awayMs ?? 0, error.retryAfterMs);
    this.fire(how === 'tokenRefused' ? this.#refusedToken() : how);
  }

  #refusedToken(): ConnectionEvent {
    return this.#tokenReplacesRefused ? 'newTokenRefused' : 'tokenRefused';
  }

  /** The wait that the server set, used up by reading it. */
  #askedWait(): number {
    const asked = this.#awayMs ?? 0;
    this.#awayMs = null;
    return Math.min(LONGEST_AWAY_MS, asked);
  }

  #waitFor(ms: number): void {
    this.#close();
    this.#failures += 1;
    this.#timer = setTimeout(() => this.fire('retryDue'), ms);
  }

  #close(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.#wire?.close();
    this.#wire = null;
    const wasReady = this.isReady;
    this.isReady = false;
    this.#show({ isBehind: false });
    if (wasReady) this.options.onLost();
  }

  #show(change: Partial<ConnectionSnapshot>): void {
    const before = this.snapshot.getSnapshot();
    const next = { ...before, ...change };
    const turned =
      (before.state === 'online') !== (next.state === 'online') || before.state === 'idle' || next.state === 'idle';
    if (turned && before.state !== next.state) next.since = Date.now();
    this.snapshot.set(next);
  }
}

/** Whether it is a Parley that announces itself, and not another server at its address. */
function isAnnounced(payload: unknown): payload is Announced {
  const { userId, epoch, limits } = (payload ?? {}) as Partial<Announced>;
  return typeof userId === 'string' && typeof epoch === 'string' && typeof limits?.frameBytes === 'number';
}
