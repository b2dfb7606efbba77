import { LIMITS, type Member, type MessageStatus, type UserView } from '@parley/protocol';

/** Rows kept of one conversation, and departures remembered. */
const LIMIT = 1_000;

interface Marks {
  readonly read: number;
  readonly delivered: number;
}

const NOTHING: Marks = { read: 0, delivered: 0 };

/**
 * Who is in a conversation, as far as that is known, and how far they have received and read it. Watermarks are kept of
 * everyone of whom an event told, row or no row: a row that arrives later may be older.
 */
export class Members {
  private readonly rows = new Map<string, Member>();
  /** When they left, so that an older answer does not bring them back. */
  private readonly departed = new Map<string, number>();
  /** Of those present. */
  private readonly marks = new Map<string, Marks>();
  private view: readonly Member[] | null = null;
  private least: Marks | null = null;
  isLoaded = false;

  constructor(private readonly me: string) {}

  get(userId: string): Member | undefined {
    return this.rows.get(userId);
  }

  /** A row as somebody told it: the greater version wins, watermarks only grow. */
  merge(told: Member, version = told.version): void {
    const { id } = told.user;
    const member = told.version >= version ? told : { ...told, version };
    if (member.leftAt !== null) return this.depart(id, member.version);
    if ((this.departed.get(id) ?? 0) > member.version) return;
    this.departed.delete(id);
    const held = this.rows.get(id);
    if (!held && this.rows.size >= LIMIT) return;
    if (!held || member.version > held.version) this.rows.set(id, { ...member, ...this.higherOf(held, member) });
    this.raise(id, member.lastReadSeq, member.lastDeliveredSeq);
    this.forget();
  }

  depart(userId: string, version: number): void {
    if ((this.rows.get(userId)?.version ?? 0) > version) return;
    this.rows.delete(userId);
    this.marks.delete(userId);
    this.departed.delete(userId);
    this.departed.set(userId, version);
    for (const oldest of this.departed.keys()) {
      if (this.departed.size <= LIMIT) break;
      this.departed.delete(oldest);
    }
    this.forget();
  }

  /** Someone present is told to have come so far. Tells whether that is news. */
  raise(userId: string, read: number, delivered: number): boolean {
    if (this.departed.has(userId)) return false;
    const held = this.marks.get(userId);
    const marks = held ?? NOTHING;
    if (held && read <= held.read && delivered <= held.delivered) return false;
    if (!held && this.marks.size >= LIMIT) return false;
    const next = { read: Math.max(marks.read, read), delivered: Math.max(marks.delivered, delivered, read) };
    this.marks.set(userId, next);
    const row = this.rows.get(userId);
    if (row) this.rows.set(userId, { ...row, lastReadSeq: next.read, lastDeliveredSeq: next.delivered });
    this.forget();
    return true;
  }

  /** Known to have left; what is told of them now may be of the time after they came back. */
  hasDeparted(userId: string): boolean {
    return this.departed.has(userId);
  }

  /** For a sender who may have left since: only where they are known to be here. */
  raiseKnown(userId: string, seq: number): boolean {
    return this.marks.has(userId) && this.raise(userId, seq, seq);
  }

  renew(user: UserView): boolean {
    const row = this.rows.get(user.id);
    if (!row) return false;
    this.rows.set(user.id, { ...row, user });
    this.view = null;
    return true;
  }

  present(): readonly Member[] {
    this.view ??= [...this.rows.values()].sort(byJoining);
    return this.view;
  }

  /** What is certain of a message of mine: everyone else has come so far, where everyone else is known. */
  statusOf(seq: number, memberCount: number): MessageStatus {
    const others = this.marks.size - (this.marks.has(this.me) ? 1 : 0);
    if (memberCount > LIMITS.receiptsMembers || others === 0 || others !== memberCount - 1) return 'sent';
    this.least ??= this.leastOfOthers();
    if (this.least.read >= seq) return 'read';
    return this.least.delivered >= seq ? 'delivered' : 'sent';
  }

  private leastOfOthers(): Marks {
    let read = Number.POSITIVE_INFINITY;
    let delivered = Number.POSITIVE_INFINITY;
    for (const [userId, marks] of this.marks) {
      if (userId === this.me) continue;
      read = Math.min(read, marks.read);
      delivered = Math.min(delivered, marks.delivered);
    }
    return { read, delivered };
  }

  private higherOf(held: Member | undefined, told: Member): Pick<Member, 'lastReadSeq' | 'lastDeliveredSeq'> {
    const marks = this.marks.get(told.user.id) ?? NOTHING;
    return {
      lastReadSeq: Math.max(marks.read, told.lastReadSeq, held?.lastReadSeq ?? 0),
      lastDeliveredSeq: Math.max(marks.delivered, told.lastDeliveredSeq, held?.lastDeliveredSeq ?? 0),
    };
  }

  private forget(): void {
    this.view = null;
    this.least = null;
  }
}

function byJoining(a: Member, b: Member): number {
  if (a.joinedAt !== b.joinedAt) return a.joinedAt < b.joinedAt ? -1 : 1;
  return a.user.id < b.user.id ? -1 : 1;
}
