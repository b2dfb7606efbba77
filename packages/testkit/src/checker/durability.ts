import type { CallEvent, FinalRow, HistoryEvent, OkEvent } from '../history/history-event.js';
import { hashOf } from '../history/recorder.js';
import type { Answer, Check, FinalFacts, LogicalSend, SendFacts, World } from './check.contract.js';
import type { Findings } from './findings.js';
import { sendKey } from './sends.js';

const EMPTY = hashOf('');

interface Change {
  call: CallEvent;
  ok: OkEvent;
}

/** I1 and I2: each acknowledged send is one row, as it was sent; each row was sent; each acknowledged change is there. */
export class Durability implements Check {
  /** Texts that a message may have been changed to, acknowledged or not, by its id. */
  private readonly texts = new Map<string, Set<string>>();
  private readonly changes: Change[] = [];

  constructor(private readonly findings: Findings) {}

  see(call: HistoryEvent): void {
    if (call.type !== 'call' || call.id === undefined) return;
    if (call.command !== 'edit' && call.command !== 'delete') return;
    const texts = this.texts.get(call.id) ?? new Set();
    texts.add(call.command === 'delete' ? EMPTY : (call.hash ?? ''));
    this.texts.set(call.id, texts);
  }

  answered(call: CallEvent, answer: Answer): void {
    if (answer.type !== 'ok' || (call.command !== 'edit' && call.command !== 'delete')) return;
    this.changes.push({ call, ok: answer });
  }

  conclude({ final, sends }: World): void {
    if (final.conversations.size === 0) return;
    const rows = this.index(final, sends);
    for (const send of sends.all()) this.one(send, rows);
    const byId = new Map([...rows.values()].map((row) => [row.id, row]));
    for (const change of this.changes) this.changed(change, byId.get(change.call.id ?? ''));
  }

  /** Rows by sender, conversation and clientMessageId; reports two under one key, and those without a send. */
  private index(final: FinalFacts, sends: SendFacts): Map<string, FinalRow> {
    const byKey = new Map<string, FinalRow>();
    for (const [conversation, { rows, end }] of final.conversations) {
      for (const row of rows) {
        if (!row || row.isSystem) continue;
        const key = sendKey(row.sender, conversation, row.clientMessageId);
        if (byKey.has(key)) {
          const what = `${row.clientMessageId} has seq ${byKey.get(key)?.seq} and seq ${row.seq} in ${conversation}.`;
          this.findings.add('duplicate', what, [sends.find(row.sender, conversation, row.clientMessageId)?.first, end]);
        } else byKey.set(key, row);
        if (!sends.find(row.sender, conversation, row.clientMessageId)) {
          this.findings.add('phantom', `Nobody sent seq ${row.seq} of ${conversation}.`, [end]);
        }
      }
    }
    return byKey;
  }

  private one({ first, ok, attempts, refusals }: LogicalSend, rows: Map<string, FinalRow>): void {
    const { user, conversation = '', clientMessageId = '' } = first;
    const row = rows.get(sendKey(user, conversation, clientMessageId));
    if (ok && !row) {
      const what = `Seq ${ok.seq} of ${conversation} was acknowledged and is not there (${clientMessageId}).`;
      return this.findings.add('lost', what, [first, ok]);
    }
    if (!row) return;
    if (refusals === attempts) {
      const what = `${clientMessageId} was refused for good and is seq ${row.seq} of ${conversation}.`;
      return this.findings.add('failed-but-present', what, [first]);
    }
    if (ok && (ok.id !== row.id || ok.seq !== row.seq)) {
      const what = `${clientMessageId} was acknowledged as seq ${ok.seq} and is seq ${row.seq} of ${conversation}.`;
      return this.findings.add('altered', what, [first, ok]);
    }
    if (!this.isAsWritten(row, first)) {
      this.findings.add('altered', `Seq ${row.seq} of ${conversation} has a text that nobody wrote.`, [first, ok]);
    }
  }

  private isAsWritten(row: FinalRow, { hash }: CallEvent): boolean {
    const texts = this.texts.get(row.id);
    return row.hash === hash || texts?.has(row.hash) === true;
  }

  private changed({ call, ok }: Change, row: FinalRow | undefined): void {
    const version = ok.version ?? 0;
    if (!row || row.version < version) {
      return this.findings.add('lost', `A change of ${call.id} to version ${version} is not there.`, [call, ok]);
    }
    const expected = call.command === 'delete' ? EMPTY : call.hash;
    if (row.version === version && row.hash !== expected) {
      this.findings.add('altered', `${call.id} is not what its change to version ${version} made it.`, [call, ok]);
    }
  }
}
