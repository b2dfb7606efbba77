import type { CallEvent, HistoryEvent, OkEvent } from '../history/history-event.js';
import type { Answer, Check, LogicalSend, SendFacts } from './check.contract.js';
import type { Findings } from './findings.js';

/** Collects the sends, and compares the acknowledgements of each. */
export class Sends implements Check, SendFacts {
  private readonly byKey = new Map<string, LogicalSend>();

  constructor(private readonly findings: Findings) {}

  all(): Iterable<LogicalSend> {
    return this.byKey.values();
  }

  find(sender: string, conversation: string, clientMessageId: string): LogicalSend | undefined {
    return this.byKey.get(sendKey(sender, conversation, clientMessageId));
  }

  see(event: HistoryEvent): void {
    if (event.type !== 'call' || event.command !== 'send') return;
    const key = keyOf(event);
    const held = this.byKey.get(key);
    if (held) held.attempts += 1;
    else {
      this.byKey.set(key, { first: event, ok: null, original: null, attempts: 1, refusals: 0, successes: 0 });
    }
  }

  answered(call: CallEvent, answer: Answer): void {
    if (call.command !== 'send') return;
    const send = this.byKey.get(keyOf(call));
    if (!send) return;
    if (answer.type === 'fail') send.refusals += 1;
    else if (answer.type === 'ok') this.succeeded(send, answer);
  }

  /** Every attempt was answered and none was the original: then another sender wrote it. */
  conclude(): void {
    for (const { first, ok, original, attempts, refusals, successes } of this.byKey.values()) {
      if (!ok || original || attempts !== refusals + successes) continue;
      this.findings.add('ack-divergence', 'Every attempt was answered, all as repeats.', [first, ok]);
    }
  }

  private succeeded(send: LogicalSend, answer: OkEvent): void {
    const { ok, original, first } = send;
    if (ok && (ok.id !== answer.id || ok.seq !== answer.seq)) {
      const what = `${first.clientMessageId} was acknowledged with seq ${ok.seq} and with seq ${answer.seq}.`;
      this.findings.add('ack-divergence', what, [ok, answer]);
    }
    if (!answer.duplicate && original) {
      this.findings.add('duplicate', `${first.clientMessageId} was answered twice as new.`, [original, answer]);
    }
    send.ok ??= answer;
    if (!answer.duplicate) send.original ??= answer;
    send.successes += 1;
  }
}

function keyOf({ user, conversation = '', clientMessageId = '' }: CallEvent): string {
  return sendKey(user, conversation, clientMessageId);
}

export function sendKey(sender: string, conversation: string, clientMessageId: string): string {
  return `${sender} ${conversation} ${clientMessageId}`;
}
