import type { HeardEvent, HistoryEvent, MessageFacts } from '../history/history-event.js';
import type { Check, FinalConversation, VersionFacts, World } from './check.contract.js';
import type { Findings } from './findings.js';

/** The first event or row with it. */
interface Told {
  kind: string;
  about: string;
  event: HeardEvent;
}

/** I4: all events and rows of a version, or of a message as of a version, have the same content. */
export class Versions implements Check, VersionFacts {
  private readonly told = new Map<string, (Told | undefined)[]>();
  /** Hash and seq by message id and version. */
  private readonly texts = new Map<string, { facts: MessageFacts; event: HistoryEvent }>();

  constructor(private readonly findings: Findings) {}

  see(event: HistoryEvent): void {
    if (event.type === 'heard') this.heard(event);
    if (event.type === 'heard' || event.type === 'row' || event.type === 'applied') {
      if (event.message) this.text(event.message, event);
    }
  }

  areKnown(conversation: string, from: number, to: number): boolean {
    const told = this.told.get(conversation) ?? [];
    for (let version = from + 1; version <= to; version += 1) if (!told[version]) return false;
    return true;
  }

  conclude({ final }: World): void {
    for (const { rows, end } of final.conversations.values()) {
      for (const row of rows) if (row && end) this.text(row, end);
    }
    for (const [conversation, told] of this.told) this.areThere(told, final.conversations.get(conversation));
  }

  private areThere(told: readonly (Told | undefined)[], held: FinalConversation | undefined): void {
    for (const each of told) {
      const message = each?.kind === 'message:new' ? each.event.message : undefined;
      if (!each || !message || !held?.end || held.rows[message.seq - 1]?.id === message.id) continue;
      const what = `Seq ${message.seq} of ${each.event.conversation} was delivered as ${message.id} and is not there.`;
      this.findings.add('vanished', what, [each.event, held.end]);
    }
  }

  private heard(event: HeardEvent): void {
    const { conversation, version, kind, message, users } = event;
    // Its version is the receiver's cursor, not an event's own.
    if (kind === 'conversation:created') return;
    const told = this.told.get(conversation) ?? [];
    this.told.set(conversation, told);
    const about = message?.id ?? users?.join() ?? '';
    const before = told[version];
    if (!before) told[version] = { kind, about, event };
    else if (before.kind !== kind || before.about !== about) {
      const what = `Version ${version} of ${conversation} is "${before.kind}" to one and "${kind}" to another.`;
      this.findings.add('wrong-content', what, [before.event, event]);
    }
  }

  private text(facts: MessageFacts, event: HistoryEvent): void {
    const key = `${facts.id} ${facts.version}`;
    const before = this.texts.get(key);
    if (!before) this.texts.set(key, { facts, event });
    else if (before.facts.hash !== facts.hash || before.facts.seq !== facts.seq) {
      const what = `Seq ${facts.seq} (${facts.id}) as of version ${facts.version} was told in two ways.`;
      this.findings.add('wrong-content', what, [before.event, event]);
    }
  }
}
