import { LIMITS } from '@parley/protocol';

/**
 * The sizes of answers in bytes: `first` before the line was measured, `most` on any line. At 10 KB a second a client
 * has the first ones within the ten seconds that it waits for an answer, and a page before it misses a ping, should a
 * line that was fast be slow by the time of the next page.
 */
const SIZES = {
  sync: { first: 65_536, most: LIMITS.answerBytes },
  page: { first: 98_304, most: 196_608 },
};
const FEWEST_BYTES = 16_384;
/** So long an answer may take on the line that it is for. */
const SECONDS = 3;
/** What is smaller takes its time on the way, and not for its size. */
const FEWEST_MEASURED = 8_192;

/**
 * Clients close a connection 23 seconds after the last ping, and one comes after 15 seconds in any case. So `least` bytes
 * may stand before it: at 10 KB a second they take less than the 8 seconds between. Within `pauseMs` of a ping that was
 * answered there may be `most`, which such a line brings in 19 seconds; each ping costs the node some deliveries.
 */
const PINGS = { least: 65_536, most: 196_608, pauseMs: 1_000, checkBytes: 16_384 };

/** One for all lines: each would keep one of its own. */
const clock = () => performance.now();

interface Frame {
  at: number;
  before: number;
}

interface Ping {
  handed: number;
  /** The answer that it stands behind, if that is to be measured. */
  behind: Frame | null;
}

/**
 * Measures what of a connection's output was read for sure: everything before a ping that was answered. The time
 * between a large answer and the answer to the ping behind it gives the size of the next one. Output that is still
 * unread takes part of that time, so answers are smaller while others wait.
 */
export class LineMeter {
  private static readonly ofConnections = new WeakMap<object, LineMeter>();

  private handed = 0;
  private read = 0;
  private readonly pings: Ping[] = [];
  private perSecond: number | null = null;
  private expectsAnswer = false;
  private frame: Frame | null = null;
  private pingedAt = Number.NEGATIVE_INFINITY;
  /** The clock is not read for every packet: only once so much has followed the last ping. */
  private checkAt = PINGS.least;

  constructor(private readonly now: () => number = clock) {}

  /** The one of an Engine.IO connection. */
  static of(connection: object): LineMeter {
    const known = LineMeter.ofConnections.get(connection);
    if (known) return known;
    const made = new LineMeter();
    LineMeter.ofConnections.set(connection, made);
    return made;
  }

  /** How large the next answer of this kind may be. */
  answerBytes(kind: keyof typeof SIZES): number {
    const { first, most } = SIZES[kind];
    this.expectsAnswer = true;
    const wanted = this.perSecond === null ? first : Math.max(Math.floor(this.perSecond * SECONDS), FEWEST_BYTES);
    return Math.min(wanted, most);
  }

  /** So much is handed over. Returns whether a ping has to follow, so that the time of an answer is measured. */
  hand(size: number): boolean {
    const isAnswer = this.expectsAnswer && size >= FEWEST_MEASURED;
    if (isAnswer) {
      this.expectsAnswer = false;
      this.frame ??= { at: this.now(), before: this.handed };
    }
    this.handed += size;
    return isAnswer;
  }

  handPing(): void {
    this.handed += 1;
    this.pings.push({ handed: this.handed, behind: this.frame });
    this.frame = null;
    this.pingedAt = this.now();
    this.checkAt = PINGS.least;
  }

  /** The oldest ping was answered. */
  answered(): void {
    const { handed, behind } = this.pings.shift() ?? { handed: this.handed, behind: null };
    this.read = handed;
    if (!behind) return;
    const seconds = Math.max((this.now() - behind.at) / 1_000, 0.001);
    this.perSecond = (handed - behind.before) / seconds;
  }

  /** Whether a ping has to go before so much more is handed over. */
  isPingDue(size: number): boolean {
    const isAnswered = this.pings.length === 0;
    const sincePing = this.handed - (this.pings.at(-1)?.handed ?? this.read) + size;
    if (sincePing <= this.checkAt) return false;
    this.checkAt = sincePing + PINGS.checkBytes;
    return !isAnswered || sincePing > PINGS.most || this.now() - this.pingedAt >= PINGS.pauseMs;
  }

  /** What stands before the answer that is waited for. */
  get unread(): number {
    return (this.pings[0]?.handed ?? this.handed) - this.read;
  }
}
