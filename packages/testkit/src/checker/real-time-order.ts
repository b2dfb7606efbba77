import type { Check, LogicalSend, World } from './check.contract.js';
import type { Findings } from './findings.js';

interface Placed {
  send: LogicalSend;
  seq: number;
}

/** I3: a send that began after another was acknowledged has the greater seq. Also for those whose answer got lost. */
export class RealTimeOrder implements Check {
  constructor(private readonly findings: Findings) {}

  conclude(world: World): void {
    for (const placed of placedByConversation(world).values()) this.checkOrder(placed);
  }

  private checkOrder(placed: Placed[]): void {
    const begun = placed.toSorted((a, b) => a.send.first.t - b.send.first.t);
    const ended = placed.filter(({ send }) => send.ok).toSorted((a, b) => endOf(a) - endOf(b));
    let next = 0;
    let last: Placed | null = null;
    for (const each of begun) {
      for (let one = ended[next]; one && endOf(one) < each.send.first.t; one = ended[next]) {
        if (!last || one.seq > last.seq) last = one;
        next += 1;
      }
      if (!last || last.seq < each.seq) continue;
      const what = `Seq ${each.seq} began after seq ${last.seq} of ${each.send.first.conversation} was acknowledged.`;
      this.findings.add('order-inversion', what, [last.send.ok, each.send.first]);
    }
  }
}

function endOf({ send }: Placed): number {
  return send.ok?.t ?? Number.POSITIVE_INFINITY;
}

function placedByConversation({ final, sends }: World): Map<string, Placed[]> {
  const found = new Map<string, Placed[]>();
  for (const [conversation, { rows }] of final.conversations) {
    const placed: Placed[] = [];
    for (const row of rows) {
      const send = row && sends.find(row.sender, conversation, row.clientMessageId);
      if (send) placed.push({ send, seq: row.seq });
    }
    found.set(conversation, placed);
  }
  return found;
}
