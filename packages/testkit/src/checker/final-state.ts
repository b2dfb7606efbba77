import type {
  FinalConversationEvent,
  FinalRow,
  FinalRowsEvent,
  FinalUserEvent,
  HistoryEvent,
} from '../history/history-event.js';
import type { Check, FinalConversation, FinalFacts } from './check.contract.js';
import type { Findings } from './findings.js';

/** In the end every node returns the same, seq by seq. */
export class FinalState implements Check, FinalFacts {
  readonly conversations = new Map<string, FinalConversation>();
  readonly users: FinalUserEvent[] = [];
  private readonly reference = new Map<string, string>();
  /** By conversation and node: how many rows it returned. */
  private readonly told = new Map<string, number>();

  constructor(private readonly findings: Findings) {}

  see(event: HistoryEvent): void {
    if (event.type === 'final-rows') this.rows(event);
    else if (event.type === 'final-conversation') this.end(event);
    else if (event.type === 'final-user') this.users.push(event);
  }

  countBetween(conversation: string, from: number, to: number): number {
    const counted = this.conversations.get(conversation)?.counted ?? [];
    const upTo = (seq: number) => (seq <= 0 ? 0 : (counted[Math.min(seq, counted.length) - 1] ?? 0));
    return Math.max(0, upTo(to) - upTo(from));
  }

  conclude(): void {
    for (const { node, user, conversations } of this.users) {
      for (const { conversation, lastSeq, version } of conversations) {
        const held = this.conversations.get(conversation);
        if (!held?.end) continue;
        const witness = [held.end, this.users.find((each) => each.node === node && each.user === user)];
        if (lastSeq !== held.rows.length) {
          const what = `The list of ${user} through ${node} ends at seq ${lastSeq}, the history at ${held.rows.length}.`;
          this.findings.add('seq-gap', what, witness);
        }
        if (version !== held.end.version) {
          const what = `The list of ${user} through ${node} is at version ${version}, the detail at ${held.end.version}.`;
          this.findings.add('disagreement', what, witness);
        }
      }
    }
  }

  private rows(event: FinalRowsEvent): void {
    const { node, conversation, rows } = event;
    if (!this.reference.has(conversation)) this.reference.set(conversation, node);
    const held = this.conversation(conversation);
    const key = `${conversation} ${node}`;
    let seq = this.told.get(key) ?? 0;
    for (const row of rows) {
      seq += 1;
      if (row.seq !== seq) {
        this.findings.add('seq-gap', `${node} tells seq ${row.seq} where ${seq} is due, in ${conversation}.`, [event]);
        seq = row.seq;
      }
      if (this.reference.get(conversation) === node) this.keep(held, row, event);
      else this.compare(held.rows[row.seq - 1], row, event);
    }
    this.told.set(key, seq);
  }

  private keep({ rows, counted }: FinalConversation, row: FinalRow, event: FinalRowsEvent): void {
    const before = rows.at(-1);
    if (before && row.createdAt < before.createdAt) {
      this.findings.add('time-inversion', `Seq ${row.seq} was created before seq ${before.seq}.`, [event]);
    }
    rows[row.seq - 1] = row;
    counted[row.seq - 1] = (counted[row.seq - 2] ?? 0) + (row.isSystem ? 0 : 1);
  }

  private compare(mine: FinalRow | undefined, row: FinalRow, event: FinalRowsEvent): void {
    if (mine && sameRow(mine, row)) return;
    const first = this.reference.get(event.conversation);
    const what = `${event.node} and ${first} tell different rows of seq ${row.seq} in ${event.conversation}.`;
    this.findings.add('disagreement', what, [event]);
  }

  private end(event: FinalConversationEvent): void {
    const { node, conversation, lastSeq, version } = event;
    const held = this.conversation(conversation);
    const told = this.told.get(`${conversation} ${node}`) ?? 0;
    if (told !== lastSeq) {
      const what = `${node} says that ${conversation} ends at seq ${lastSeq}, and tells ${told} rows.`;
      this.findings.add('seq-gap', what, [event]);
    }
    if (!held.end) held.end = event;
    else if (held.end.version !== version || held.end.lastSeq !== lastSeq) {
      const what = `${node} has ${conversation} at version ${version}, ${held.end.node} at ${held.end.version}.`;
      this.findings.add('disagreement', what, [held.end, event]);
    }
  }

  private conversation(id: string): FinalConversation {
    const held = this.conversations.get(id) ?? { rows: [], counted: [], end: null };
    this.conversations.set(id, held);
    return held;
  }
}

function sameRow(a: FinalRow, b: FinalRow): boolean {
  return (
    a.id === b.id &&
    a.sender === b.sender &&
    a.clientMessageId === b.clientMessageId &&
    a.hash === b.hash &&
    a.version === b.version &&
    a.isDeleted === b.isDeleted &&
    a.createdAt === b.createdAt
  );
}
