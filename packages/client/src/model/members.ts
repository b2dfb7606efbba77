import type { Member, MessageStatus, UserView } from '@parley/protocol';
import { setNewest } from './bounded.js';

/** Rows kept of one conversation, and departures remembered. */
const LIMIT = 1_000;

interface Marks {
  readonly read: number;
  readonly delivered: number;
  /** Whether they are known to be here; someone who once wrote may have left. */
  readonly isPresent: boolean;
}

/** How far those who decide the status of my messages have come at least; as of `memberCount` members. */
interface Least {
  readonly memberCount: number;
  readonly others: number;
  readonly read: number;
  readonly delivered: number;
}

const NOTHING: Marks = { read: 0, delivered: 0, isPresent: false };

/**
 * Who is in a conversation, as far as that is known, and how far they have received and read it. Watermarks are kept of
 * everyone in any event, row or no row: a row that arrives later may be older.
 */
export class Members {
  readonly #rows = new Map<string, Member>();
  /** When they left, so that an older answer does not bring them back. */
  readonly #departed = new Map<string, number>();
  readonly #marks = new Map<string, Marks>();
  #view: readonly Member[] | null = null;
  #least: Least | null = null;
  isLoaded = false;

  constructor(private readonly me: string) {}

  get(userId: string): Member | undefined {
    return this.#rows.get(userId);
  }

  /** Merges a row from an event or an answer: the greater version wins, watermarks only grow. */
  merge(told: Member, version = told.version): void {
    const { id } = told.user;
    const member = told.version >= version ? told : { ...told, version };
    if (member.leftAt !== null) return this.depart(id, member.version);
    if ((this.#departed.get(id) ?? 0) > member.version) return;
    this.#departed.delete(id);
    const held = this.#rows.get(id);
    if (!held && this.#rows.size >= LIMIT) return;
    if (!held || member.version > held.version) {
      this.#rows.set(id, member);
      this.#stamp(id);
    }
    this.raise(id, member.lastReadSeq, member.lastDeliveredSeq);
  }

  depart(userId: string, version: number): void {
    if ((this.#rows.get(userId)?.version ?? 0) > version) return;
    this.#rows.delete(userId);
    this.#marks.delete(userId);
    setNewest(this.#departed, [userId, version], LIMIT);
    this.#forget();
  }

  /** A member has come so far. Returns whether that is new. */
  raise(userId: string, read: number, delivered: number, isPresent = true): boolean {
    if (this.#departed.has(userId)) return false;
    const held = this.#marks.get(userId) ?? NOTHING;
    if (read <= held.read && delivered <= held.delivered && (held.isPresent || !isPresent)) return false;
    if (held === NOTHING && this.#marks.size >= LIMIT) return false;
    this.#marks.set(userId, {
      read: Math.max(held.read, read),
      delivered: Math.max(held.delivered, delivered, read),
      isPresent: held.isPresent || isPresent,
    });
    this.#stamp(userId);
    return true;
  }

  /** Known to have left; what arrives of them now may be from after they came back. */
  hasDeparted(userId: string): boolean {
    return this.#departed.has(userId);
  }

  renew(user: UserView): boolean {
    const row = this.#rows.get(user.id);
    if (!row) return false;
    this.#rows.set(user.id, { ...row, user });
    this.#view = null;
    return true;
  }

  present(): readonly Member[] {
    this.#view ??= [...this.#rows.values()].sort(byJoining);
    return this.#view;
  }

  /** What is certain of a message of mine: everyone else has come so far, where everyone else is known. */
  statusOf(seq: number, memberCount: number): MessageStatus {
    if (this.#least?.memberCount !== memberCount) this.#least = this.#leastOfOthers(memberCount);
    const { others, read, delivered } = this.#least;
    if (others === 0 || others !== memberCount - 1 || delivered < seq) return 'sent';
    return read >= seq ? 'read' : 'delivered';
  }

  /**
   * Where all rows are there, only they count: a mark of a former member may have come after the picture without them.
   */
  #leastOfOthers(memberCount: number): Least {
    const hasAll = this.#rows.size === memberCount;
    const others = [...this.#marks].flatMap(([userId, marks]) => {
      const counts = hasAll ? this.#rows.has(userId) : marks.isPresent;
      return counts && userId !== this.me ? [marks] : [];
    });
    return {
      memberCount,
      others: others.length,
      read: Math.min(...others.map(({ read }) => read)),
      delivered: Math.min(...others.map(({ delivered }) => delivered)),
    };
  }

  /** Their row has at least what is known of them. */
  #stamp(userId: string): void {
    const row = this.#rows.get(userId);
    const marks = this.#marks.get(userId);
    if (row && marks) this.#rows.set(userId, { ...row, lastReadSeq: marks.read, lastDeliveredSeq: marks.delivered });
    this.#forget();
  }

  #forget(): void {
    this.#view = null;
    this.#least = null;
  }
}

function byJoining(a: Member, b: Member): number {
  if (a.joinedAt !== b.joinedAt) return a.joinedAt < b.joinedAt ? -1 : 1;
  return a.user.id < b.user.id ? -1 : 1;
}
