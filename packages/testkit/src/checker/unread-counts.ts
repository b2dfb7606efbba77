import type { CallEvent, FinalUserEvent, OkEvent } from '../history/history-event.js';
import type { Answer, Check, FinalFacts, LogicalSend, World } from './check.contract.js';
import type { Findings } from './findings.js';
import { Staircase } from './staircase.js';

interface Mark {
  call: CallEvent;
  ok: OkEvent | null;
  seq: number;
}

interface Reading {
  call: CallEvent;
  ok: OkEvent;
}

/**
 * I5: in the end every count is that of the rows beyond the read mark, and no mark is behind what was acknowledged.
 * Meanwhile each count that was answered is right for some moment between question and answer.
 */
export class UnreadCounts implements Check {
  /** By user and conversation. */
  private readonly marks = new Map<string, Mark[]>();
  private readonly readings: Reading[] = [];

  constructor(private readonly findings: Findings) {}

  answered(call: CallEvent, answer: Answer): void {
    const { command, seq = 0 } = call;
    if (command === 'unread' && answer.type === 'ok') this.readings.push({ call, ok: answer });
    if (command === 'read' && answer.type !== 'fail') {
      const ok = answer.type === 'ok' ? answer : null;
      this.mark({ call, ok, seq: ok?.lastReadSeq ?? seq });
      if (ok && (ok.lastReadSeq ?? seq) < seq) {
        const what = `A mark at ${seq} was answered with ${ok.lastReadSeq}.`;
        this.findings.add('unread', what, [call, ok]);
      }
    }
  }

  conclude(world: World): void {
    const { final } = world;
    for (const { send, seq } of sentRows(world)) this.mark({ call: send.first, ok: send.ok, seq });
    for (const user of final.users) this.inTheEnd(user, final);
    this.meanwhile(world);
  }

  private mark(mark: Mark): void {
    const key = keyOf(mark.call);
    const held = this.marks.get(key) ?? [];
    this.marks.set(key, held);
    held.push(mark);
  }

  private inTheEnd(event: FinalUserEvent, final: FinalFacts): void {
    const { user, node, conversations, unread } = event;
    for (const { conversation, lastReadSeq, unreadCount } of conversations) {
      const length = final.conversations.get(conversation)?.rows.length;
      if (length === undefined) continue;
      const expected = final.countBetween(conversation, lastReadSeq, length);
      const told = unread[conversation] ?? 0;
      if (unreadCount !== expected || told !== expected) {
        const what = `${user} has ${expected} unread in ${conversation}; ${node} lists ${unreadCount} and sums up ${told}.`;
        this.findings.add('unread', what, [event]);
      }
      const farthest = (this.marks.get(`${user} ${conversation}`) ?? []).filter(({ ok }) => ok);
      const behind = farthest.find(({ seq }) => seq > lastReadSeq);
      if (!behind) continue;
      const what = `${user} has read ${conversation} up to ${behind.seq}; ${node} says ${lastReadSeq}.`;
      this.findings.add('unread', what, [behind.ok, event]);
    }
  }

  private meanwhile(world: World): void {
    const { final, memberships } = world;
    const acked = new Map<string, Staircase>();
    const begun = new Map<string, Staircase>();
    for (const { conversation, send, seq } of sentRows(world)) {
      if (send.ok) stairs(acked, conversation).add(send.ok.t, seq);
      stairs(begun, conversation).add(send.first.t, seq);
    }
    for (const reading of this.readings) {
      const { conversation = '', user } = reading.call;
      // Coming back sets the mark to the end, at a time that no event has.
      if (memberships.mayHaveMoved(conversation, user) || !final.conversations.has(conversation)) continue;
      this.oneReading(reading, final, { acked: stairs(acked, conversation), begun: stairs(begun, conversation) });
    }
  }

  private oneReading({ call, ok }: Reading, final: FinalFacts, ends: { acked: Staircase; begun: Staircase }): void {
    const { conversation = '' } = call;
    const marks = this.marks.get(keyOf(call)) ?? [];
    const surely = Math.max(0, ...marks.filter((each) => each.ok && each.ok.t < call.t).map(({ seq }) => seq));
    const perhaps = Math.max(0, ...marks.filter((each) => each.call.t < ok.t).map(({ seq }) => seq));
    const least = final.countBetween(conversation, perhaps, ends.acked.at(call.t));
    const most = final.countBetween(conversation, surely, ends.begun.at(ok.t));
    const count = ok.unreadCount ?? 0;
    if (count >= least && count <= most) return;
    const what = `${count} were unread in ${conversation}, where between ${least} and ${most} could be.`;
    this.findings.add('unread', what, [call, ok]);
  }
}

/** The sends that became rows, also those whose answer got lost. */
function* sentRows({ final, sends }: World): Generator<{ conversation: string; send: LogicalSend; seq: number }> {
  for (const [conversation, { rows }] of final.conversations) {
    for (const row of rows) {
      const send = row && sends.find(row.sender, conversation, row.clientMessageId);
      if (send && (!send.ok || send.ok.seq === row.seq)) yield { conversation, send, seq: row.seq };
    }
  }
}

function keyOf({ user, conversation }: CallEvent): string {
  return `${user} ${conversation}`;
}

function stairs(all: Map<string, Staircase>, key: string): Staircase {
  const held = all.get(key) ?? new Staircase();
  all.set(key, held);
  return held;
}
