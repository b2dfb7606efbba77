import type { CallEvent, HeardEvent, HistoryEvent, OkEvent } from '../history/history-event.js';
import type { Answer, Check, MembershipFacts, VersionFacts, World } from './check.contract.js';
import type { Findings } from './findings.js';

/** Versions that one user received of one conversation, without a gap. */
interface Range {
  from: HeardEvent;
  to: HeardEvent;
}

interface Interval {
  begin: number;
  end: number;
}

interface Change {
  version: number;
  isAdded: boolean;
}

/** A removal that was acknowledged, with no call since to add the member again. */
interface Out {
  call: CallEvent;
  answer: Answer;
}

/** What someone was answered after their removal was. */
interface Answered {
  removal: Answer;
  call: CallEvent;
  answer: OkEvent;
}

/**
 * I8: who received or read what outside their membership. A member receives the versions from being added, or from the
 * beginning, to being removed, both included, and reads nothing after the removal was acknowledged.
 */
export class Memberships implements Check, MembershipFacts {
  private readonly users = new Map<string, string>();
  private readonly initial = new Map<string, Set<string>>();
  /** By conversation and user, ascending by version. */
  private readonly changes = new Map<string, Map<string, Change[]>>();
  private readonly ranges = new Map<string, Range[]>();
  private readonly out = new Map<string, Out>();
  /** Reads that were called for while the reader was out, by the call's place. */
  private readonly readsFromOutside = new Map<CallEvent, Out>();
  private readonly answersToOutside: Answered[] = [];
  /** A call to add them had no answer: it may take effect at any later time. */
  private readonly mayBeAdded = new Set<string>();
  /** Users whom a call was to remove or add. Where answers are lost it may have happened without an event. */
  private readonly askedToMove = new Set<string>();

  constructor(private readonly findings: Findings) {}

  see(event: HistoryEvent): void {
    if (event.type === 'device') this.users.set(event.device, event.user);
    else if (event.type === 'created') this.initial.set(event.conversation, new Set(event.members));
    else if (event.type === 'call') this.called(event);
    else if (event.type === 'heard') this.heard(event);
  }

  answered(call: CallEvent, answer: Answer): void {
    const { conversation, command, user, target } = call;
    const subject = `${conversation} ${target}`;
    if (command === 'remove' && answer.type === 'ok') this.out.set(subject, { call, answer });
    if (command === 'add' && answer.type === 'info') this.mayBeAdded.add(subject);
    const outside = this.readsFromOutside.get(call);
    if (!outside) return;
    this.readsFromOutside.delete(call);
    if (answer.type !== 'ok' || answer.duplicate || this.out.get(`${conversation} ${user}`) !== outside) return;
    this.answersToOutside.push({ removal: outside.answer, call, answer });
  }

  mayHaveMoved(conversation: string, user: string): boolean {
    const isKnown = (this.changes.get(conversation)?.get(user)?.length ?? 0) > 0;
    return isKnown || this.askedToMove.has(`${conversation} ${user}`);
  }

  conclude({ versions }: World): void {
    for (const told of this.answersToOutside) this.toldOutside(told, versions);
    for (const [key, ranges] of this.ranges) {
      const [conversation = '', user = ''] = key.split(' ');
      if (!this.initial.has(conversation)) continue;
      const allowed = this.intervals(conversation, user);
      for (const { from, to } of ranges) {
        const outside = firstOutside(allowed, from.version, to.version);
        if (!outside || !versions.areKnown(conversation, Math.max(1, outside.since), outside.at)) continue;
        const what = `${user} heard version ${outside.at} of ${conversation}, and was no member after ${outside.since}.`;
        this.findings.add('leak', what, [from, to]);
      }
    }
  }

  /** An answer with a version is judged by that; else it is open when an unanswered addition took effect. */
  private toldOutside({ removal, call, answer }: Answered, versions: VersionFacts): void {
    const { conversation = '', user, command } = call;
    const { version } = answer;
    if (version === undefined) {
      if (this.mayBeAdded.has(`${conversation} ${user}`)) return;
    } else {
      const outside = firstOutside(this.intervals(conversation, user), version, version);
      if (!outside || !versions.areKnown(conversation, Math.max(1, outside.since), version)) return;
    }
    const what = `${user} was answered to "${command}" in ${conversation} after being removed.`;
    this.findings.add('leak', what, [removal, call, answer]);
  }

  /** The versions that the user may receive, in pieces, ascending. */
  private intervals(conversation: string, user: string): Interval[] {
    const found: Interval[] = [];
    let begin = this.initial.get(conversation)?.has(user) ? 1 : null;
    const changes = this.changes.get(conversation)?.get(user) ?? [];
    for (const { version, isAdded } of changes.toSorted((a, b) => a.version - b.version)) {
      if (isAdded) begin ??= version;
      else if (begin !== null) {
        found.push({ begin, end: version });
        begin = null;
      }
    }
    if (begin !== null) found.push({ begin, end: Number.POSITIVE_INFINITY });
    return found;
  }

  private called(event: CallEvent): void {
    const { conversation, command, user, target } = event;
    if (command === 'add') this.out.delete(`${conversation} ${target}`);
    if (command === 'add' || command === 'remove') this.askedToMove.add(`${conversation} ${target}`);
    if (command !== 'page' && command !== 'send' && command !== 'read') return;
    const out = this.out.get(`${conversation} ${user}`);
    if (out) this.readsFromOutside.set(event, out);
  }

  private heard(event: HeardEvent): void {
    const { device, conversation, version, kind, users = [] } = event;
    if (kind === 'member:added') for (const user of users) this.change(conversation, user, { version, isAdded: true });
    if (kind === 'member:removed')
      for (const user of users) this.change(conversation, user, { version, isAdded: false });
    const user = this.users.get(device);
    // With the creation of a conversation the receiver gets its present version, which is no change of it.
    if (user === undefined || kind === 'conversation:created') return;
    const key = `${conversation} ${user}`;
    const ranges = this.ranges.get(key) ?? [];
    this.ranges.set(key, ranges);
    const held = ranges.findLast((range) => version >= range.from.version && version <= range.to.version + 1);
    if (!held) ranges.push({ from: event, to: event });
    else if (version > held.to.version) held.to = event;
  }

  private change(conversation: string, user: string, change: Change): void {
    const ofConversation = this.changes.get(conversation) ?? new Map<string, Change[]>();
    this.changes.set(conversation, ofConversation);
    const held = ofConversation.get(user) ?? [];
    ofConversation.set(user, held);
    if (!held.some(({ version }) => version === change.version)) held.push(change);
  }
}

/** The first version of a range that is in no interval, and the end of the interval before it. */
function firstOutside(allowed: readonly Interval[], from: number, to: number): { at: number; since: number } | null {
  let at = from;
  let since = 0;
  for (const { begin, end } of allowed) {
    if (begin > at) break;
    since = end;
    at = Math.max(at, end + 1);
    if (at > to) return null;
  }
  return { at, since };
}
