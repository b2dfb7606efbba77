import { describe, expect, it } from '@jest/globals';
import type {
  CallEvent,
  FinalConversationEvent,
  FinalRowsEvent,
  FinalUserEvent,
  HeardEvent,
  HistoryEvent,
  OkEvent,
} from '../history/history-event.js';
import { check, type Report } from './check.js';
import { goodHistory } from './good-history.factory.js';
import type { ViolationName } from './violations.js';

type Kind<Type extends HistoryEvent['type']> = Extract<HistoryEvent, { type: Type }>;

/** A good history to be spoiled: its events may be changed, taken out and put in. */
class Spoiled {
  /** Nothing in it is one object in two places. */
  readonly events = JSON.parse(JSON.stringify(goodHistory())) as HistoryEvent[];

  all<Type extends HistoryEvent['type']>(type: Type): Kind<Type>[] {
    return this.events.filter((event): event is Kind<Type> => event.type === type);
  }

  one<Type extends HistoryEvent['type']>(type: Type, matches: (event: Kind<Type>) => boolean = () => true): Kind<Type> {
    const found = this.all(type).find(matches);
    if (!found) throw new Error(`No such ${type} in the good history.`);
    return found;
  }

  drop(event: HistoryEvent): void {
    this.events.splice(this.events.indexOf(event), 1);
  }

  insertAfter(event: HistoryEvent, added: HistoryEvent): void {
    this.events.splice(this.events.indexOf(event) + 1, 0, added);
  }

  insertBefore(event: HistoryEvent, added: HistoryEvent): void {
    this.events.splice(this.events.indexOf(event), 0, added);
  }

  /** A send with its answer: the first one that was acknowledged as new. */
  send(place = 3): { call: CallEvent; ok: OkEvent } {
    const oks = this.all('ok').filter(({ duplicate }) => duplicate === false);
    const ok = oks[place] as OkEvent;
    return { ok, call: this.one('call', ({ i }) => i === ok.ref) };
  }

  finalRows(conversation = 'c0'): FinalRowsEvent[] {
    return this.all('final-rows').filter((event) => event.conversation === conversation);
  }

  finalEnds(conversation = 'c0'): FinalConversationEvent[] {
    return this.all('final-conversation').filter((event) => event.conversation === conversation);
  }

  heard(kind: string, device = 'd-u0', conversation = 'c0'): HeardEvent[] {
    return this.all('heard').filter(
      (event) => event.kind === kind && event.device === device && event.conversation === conversation,
    );
  }
}

function spoil(how: (history: Spoiled) => void): Report {
  const history = new Spoiled();
  how(history);
  return check(history.events);
}

const SPOILS: [string, ViolationName[], (history: Spoiled) => void][] = [
  [
    'an acknowledged row that is dropped on every node',
    ['lost', 'vanished', 'seq-gap', 'incomplete', 'unread'],
    (history) => {
      for (const event of history.finalRows()) event.rows.pop();
    },
  ],
  [
    'an acknowledged row that is dropped, with everything counted anew behind it',
    ['lost', 'altered', 'vanished', 'wrong-content', 'incomplete', 'unread', 'seq-gap'],
    (history) => {
      for (const event of history.finalRows()) {
        event.rows.splice(4, 1);
        for (const [index, row] of event.rows.entries()) row.seq = index + 1;
      }
      for (const event of history.finalEnds()) event.lastSeq -= 1;
    },
  ],
  [
    'two rows whose seqs are swapped in the end',
    ['altered', 'vanished', 'wrong-content', 'order-inversion', 'time-inversion'],
    (history) => {
      for (const { rows } of history.finalRows()) {
        const [a, b] = [rows[6], rows[7]];
        if (!a || !b) throw new Error('The good history is too short.');
        [a.seq, b.seq] = [b.seq, a.seq];
        [rows[6], rows[7]] = [b, a];
      }
    },
  ],
  [
    'a send that was acknowledged before another began, and has the greater seq',
    ['order-inversion'],
    (history) => {
      const sentAs = (seq: number) => {
        const ok = history.one('ok', (each) => each.id === `c1-${seq}` && each.duplicate === false);
        return { ok, call: history.one('call', ({ i }) => i === ok.ref) };
      };
      const [earlier, later] = [sentAs(5), sentAs(6)];
      for (const event of [later.call, later.ok]) {
        history.drop(event);
        history.insertBefore(earlier.call, event);
        event.t = earlier.call.t - 0.001;
      }
    },
  ],
  [
    'a row whose text is another in the end',
    ['altered', 'wrong-content'],
    (history) => {
      for (const { rows } of history.finalRows()) if (rows[1]) rows[1].hash = 'another';
    },
  ],
  [
    'a row that one node tells differently',
    ['disagreement'],
    (history) => {
      const row = history.finalRows()[1]?.rows[1];
      if (row) row.clientMessageId = 'another';
    },
  ],
  [
    'a row that one node does not tell',
    ['seq-gap'],
    (history) => {
      history.finalRows()[1]?.rows.pop();
    },
  ],
  [
    'a message that was delivered and is not what was stored',
    ['vanished'],
    (history) => {
      const changed = new Set(history.all('call').map(({ id }) => id));
      const ok = history.one('ok', ({ id, duplicate }) => duplicate === false && !changed.has(id));
      const [conversation = ''] = (ok.id ?? '').split('-');
      for (const { rows } of history.finalRows(conversation)) {
        for (const row of rows) if (row.id === ok.id) row.id = 'stored';
      }
      ok.id = 'stored';
    },
  ],
  [
    'a send acknowledged twice with another seq',
    ['ack-divergence'],
    (history) => {
      const repeat = history.one('ok', ({ duplicate }) => duplicate === true);
      const { call } = history.send();
      const again = { ...call, i: 9001 };
      const { ok } = history.send();
      history.insertAfter(ok, { ...ok, i: 9002, ref: 9001, seq: (ok.seq ?? 0) + 1, duplicate: true, t: ok.t });
      history.insertAfter(ok, again);
      expect(repeat.duplicate).toBe(true);
    },
  ],
  [
    'a send answered twice as new',
    ['duplicate'],
    (history) => {
      const { call, ok } = history.send();
      history.insertAfter(ok, { ...ok, i: 9002, ref: 9001 });
      history.insertAfter(ok, { ...call, i: 9001, t: ok.t });
    },
  ],
  [
    'a send that is answered as a repeat at once',
    ['ack-divergence'],
    (history) => {
      history.send().ok.duplicate = true;
    },
  ],
  [
    'two rows of one send',
    ['duplicate'],
    (history) => {
      // The other send of that pair becomes a phantom, and its acknowledgement goes with it.
      const [first] = history.finalRows();
      const copied = first?.rows.at(-2)?.clientMessageId ?? '';
      const replaced = first?.rows.at(-1);
      for (const event of [...history.events]) {
        if (event.type === 'call' && event.clientMessageId === replaced?.clientMessageId) history.drop(event);
      }
      for (const { rows } of history.finalRows()) {
        const [kept, row] = [rows.at(-2), rows.at(-1)];
        if (row && kept) Object.assign(row, { clientMessageId: copied, sender: kept.sender });
      }
    },
  ],
  [
    'a row that nobody sent',
    ['phantom'],
    (history) => {
      const { call } = history.send();
      history.drop(call);
    },
  ],
  [
    'a row of a send that was refused for good',
    ['failed-but-present'],
    (history) => {
      const { ok } = history.send();
      history.insertBefore(ok, { type: 'fail', i: ok.i, t: ok.t, p: ok.p, ref: ok.ref, code: 'forbidden' });
      history.drop(ok);
    },
  ],
  [
    'an acknowledged edit that is not there',
    ['lost'],
    (history) => {
      const { call } = changeOf(history, 'edit');
      for (const { rows } of history.all('final-rows')) {
        for (const row of rows) if (row.id === call.id) row.version = 1;
      }
    },
  ],
  [
    'an acknowledged deletion that left the text',
    ['altered', 'wrong-content'],
    (history) => {
      const { call } = changeOf(history, 'delete');
      const hash = history.one('call', ({ hash: text }) => text !== undefined).hash ?? '';
      for (const event of history.all('final-rows')) {
        for (const row of event.rows) if (row.id === call.id) Object.assign(row, { hash, isDeleted: false });
      }
    },
  ],
  [
    'a creation time that goes back',
    ['time-inversion'],
    (history) => {
      for (const { rows } of history.finalRows()) if (rows[9]) rows[9].createdAt = '2001-01-01T00:00:00.000Z';
    },
  ],
  [
    'a page that lacks what was acknowledged before',
    ['stale-read'],
    (history) => {
      const page = history.all('ok').filter(({ last }) => last !== undefined)[2];
      if (page) page.last = (page.last ?? 0) - 1;
    },
  ],
  [
    'an event applied twice, from two frames',
    ['dup-applied', 'wire-repeat'],
    (history) => {
      const [, , event] = history.heard('message:new');
      if (event) history.insertAfter(event, { ...event });
    },
  ],
  [
    'an event applied again by the client alone',
    ['dup-applied'],
    (history) => {
      const [, , event] = history.heard('message:new');
      if (!event) throw new Error('Nothing was heard.');
      const { i, t, p, device, conversation, version, message } = event;
      history.insertAfter(event, { type: 'applied', i, t, p, device, conversation, version, message });
    },
  ],
  [
    'two frames in the wrong order, which the client puts right',
    ['wire-reorder'],
    (history) => {
      const { first, second } = neighbours(history);
      const { i, t, p, device, conversation, version, message } = second;
      swapPlaces(history, first, second);
      delete second.applied;
      history.insertAfter(first, { type: 'applied', i, t, p, device, conversation, version, message });
    },
  ],
  [
    'two frames in the wrong order, applied as they came',
    ['wire-reorder', 'gap', 'reorder'],
    (history) => {
      const { first, second } = neighbours(history);
      swapPlaces(history, first, second);
    },
  ],
  [
    'a frame that came twice, and was applied once',
    ['wire-repeat'],
    (history) => {
      const [, , event] = history.heard('message:new');
      if (event) history.insertAfter(event, { ...event, applied: undefined });
    },
  ],
  [
    'an event that one connection never got',
    ['gap'],
    (history) => {
      const [, , , event] = history.heard('message:new');
      if (event) history.drop(event);
    },
  ],
  [
    'an edit that one connection never got',
    ['gap'],
    (history) => {
      const [, event] = history.heard('message:edited');
      if (event) history.drop(event);
    },
  ],
  [
    'a hole that the client filled by itself: still one on the wire',
    ['gap'],
    (history) => {
      const event = history.heard('message:new')[3];
      if (!event) throw new Error('Nothing was heard.');
      const { i, t, p, device, conversation, version, message } = event;
      history.insertAfter(event, { type: 'applied', i, t, p, device, conversation, version, message });
      history.drop(event);
    },
  ],
  [
    'the last events missing on one connection',
    ['incomplete'],
    (history) => {
      const all = history.all('heard').filter(({ device, conversation }) => device === 'd-u0' && conversation === 'c1');
      for (const event of all.slice(-2)) history.drop(event);
    },
  ],
  ['a sync that left a message out', ['gap'], (history) => history.drop(history.one('row'))],
  [
    'a sync that begins behind where the client stood',
    ['gap'],
    (history) => {
      const moved = history.one('moved', ({ by }) => by === 'sync');
      moved.from -= 1;
    },
  ],
  [
    'one changed text in what one client heard',
    ['wrong-content'],
    (history) => {
      const message = history.heard('message:new', 'd-u3')[1]?.message;
      if (message) history.heard('message:new', 'd-u3')[1]!.message = { ...message, hash: 'another' };
    },
  ],
  [
    'a version that is one thing to one and another to others',
    ['wrong-content'],
    (history) => {
      const event = history.heard('message:edited', 'd-u3')[0];
      if (event) event.kind = 'message:deleted';
    },
  ],
  [
    'a delivery to one who was never a member',
    ['leak'],
    (history) => {
      const heard = history.heard('message:new')[5];
      const first = history.one('device');
      if (!heard) throw new Error('Nothing was heard.');
      const device = 'd-stranger';
      history.insertAfter(first, { ...first, type: 'device', device, user: 'stranger', logic: 'raw' });
      history.insertBefore(heard, { ...first, t: heard.t, type: 'link', what: 'opened', device, connection: 1 });
      history.insertAfter(heard, { ...heard, device, connection: 1, applied: undefined });
    },
  ],
  [
    'a delivery after the removal, on the same connection',
    ['leak'],
    (history) => {
      const removed = history.heard('member:removed', 'd-u2')[0];
      const next = history.heard('message:new').find(({ version }) => version === (removed?.version ?? 0) + 1);
      if (!removed || !next) throw new Error('The good history removes nobody.');
      history.insertAfter(next, { ...next, device: 'd-u2', connection: removed.connection, applied: undefined });
    },
  ],
  [
    'a page for one who was removed',
    ['leak'],
    (history) => {
      const fail = history.one('fail', ({ code }) => code === 'not_found');
      const { i, t, p, ref } = fail;
      const acked = history.all('ok').filter((ok) => ok.id?.startsWith('c0-') && ok.t < t);
      const last = Math.max(...acked.map(({ seq = 0 }) => seq));
      history.insertAfter(fail, { type: 'ok', i, t, p, ref, last, hasMore: false });
      history.drop(fail);
    },
  ],
  [
    'a send of one who was removed',
    ['leak'],
    (history) => {
      // As if the next sender had been removed before: no other event contradicts that.
      const removal = history.one('ok', ({ ref }) => ref === removalOf(history).i);
      const ok = history.one('ok', (each) => each.duplicate === false && each.t > removal.t && isOf('c0', each));
      const call = history.one('call', ({ i }) => i === ok.ref);
      const target = removalOf(history).target ?? '';
      for (const { rows } of history.finalRows()) {
        for (const row of rows) if (row.id === ok.id) row.sender = target;
      }
      call.user = target;
    },
  ],
  [
    'an unread count that is one too high in the end',
    ['unread'],
    (history) => {
      const conversation = someUnread(history.all('final-user'));
      conversation.unreadCount += 1;
    },
  ],
  [
    'a sum of unread that is not what the list says',
    ['unread'],
    (history) => {
      const event = history.all('final-user')[2];
      if (event) event.unread.c0 = (event.unread.c0 ?? 0) + 1;
    },
  ],
  [
    'a read mark that was lost',
    ['unread'],
    (history) => {
      const event = history.all('final-user')[0];
      const conversation = event?.conversations[0];
      if (!event || !conversation) throw new Error('Nobody is left.');
      conversation.lastReadSeq -= 1;
      conversation.unreadCount += 1;
      event.unread[conversation.conversation] = conversation.unreadCount;
    },
  ],
  [
    'an unread count that no moment explains',
    ['unread'],
    (history) => {
      const { i } = history.all('call').filter(({ command }) => command === 'unread')[1] ?? { i: 0 };
      const ok = history.one('ok', ({ ref }) => ref === i);
      ok.unreadCount = (ok.unreadCount ?? 0) + 1;
    },
  ],
  [
    'a read that was answered with less than was asked for',
    ['unread'],
    (history) => {
      const { i, seq = 0 } = history.one('call', ({ command }) => command === 'read');
      history.one('ok', ({ ref }) => ref === i).lastReadSeq = seq - 1;
    },
  ],
  [
    'a process that ends by itself',
    ['exit'],
    (history) => {
      const last = history.all('probe').at(-1);
      if (!last) throw new Error('There are no probes.');
      const { i, t, p } = last;
      history.insertAfter(last, { type: 'process', i, t, p, phase: 'ended', name: 'n1', pid: 1000, code: 1 });
    },
  ],
  [
    'a rejection that nobody handled',
    ['fault-logged'],
    (history) => {
      const last = history.all('probe').at(-1);
      if (!last) throw new Error('There are no probes.');
      const { i, t, p } = last;
      history.insertAfter(last, { type: 'log', i, t, p, name: 'n1', line: 'Unhandled promise rejection' });
    },
  ],
  [
    'probes that do not become quick again',
    ['recovery'],
    (history) => {
      const start = history.one('fault', ({ phase }) => phase === 'stop').t;
      for (const probe of history.all('probe')) {
        probe.sent = start + (probe.sent - start) * 10;
        if (probe.from !== probe.to) probe.ms = 1_500;
      }
    },
  ],
];

function changeOf(history: Spoiled, command: 'edit' | 'delete'): { call: CallEvent; ok: OkEvent } {
  // The last of them: nothing has changed the message since.
  const call = history
    .all('call')
    .filter((event) => event.command === command)
    .at(-1);
  if (!call) throw new Error(`The good history has no ${command}.`);
  return { call, ok: history.one('ok', ({ ref }) => ref === call.i) };
}

function removalOf(history: Spoiled): CallEvent {
  return history.one('call', ({ command }) => command === 'remove');
}

function isOf(conversation: string, { id = '' }: OkEvent): boolean {
  return id.startsWith(`${conversation}-`);
}

/** Two events of one conversation that one device received one after the other. */
function neighbours(history: Spoiled): { first: HeardEvent; second: HeardEvent } {
  const all = history.all('heard').filter(({ device, conversation }) => device === 'd-u0' && conversation === 'c1');
  const [first, second] = [all[4], all[5]];
  if (!first || !second) throw new Error('Too little was heard.');
  return { first, second };
}

function swapPlaces(history: Spoiled, first: HeardEvent, second: HeardEvent): void {
  history.drop(second);
  history.insertBefore(first, second);
}

function someUnread(users: FinalUserEvent[]): { unreadCount: number } {
  const found = users.flatMap(({ conversations }) => conversations).find(({ unreadCount }) => unreadCount > 0);
  if (!found) throw new Error('Everything was read.');
  return found;
}

describe('The checker', () => {
  it('finds nothing in a good history', () => {
    const report = check(goodHistory());
    expect(report).toMatchObject({ verdict: 'green', reasons: [], violations: [] });
    expect(report.counts).toMatchObject({ acked: 60, unknown: 0, answeredAsRepeat: 6, retries: 6, resumed: 3 });
  });

  it('holds nothing against an answer to someone who may have been added again meanwhile', () => {
    const history = new Spoiled();
    const { i, t, p, ref } = history.one('fail', ({ code }) => code === 'not_found');
    const call = history.one('call', (each) => each.i === ref);
    const removal = history.one('call', ({ command }) => command === 'remove');
    const acked = history.all('ok').filter((ok) => ok.id?.startsWith('c0-') && ok.t < t);
    const last = Math.max(...acked.map(({ seq = 0 }) => seq));
    const asked = { ...removal, i: 9001, command: 'add' as const, target: call.user };
    history.insertBefore(removal, asked);
    history.insertBefore(removal, { type: 'info', i: 9002, t: removal.t, p, ref: 9001, why: 'timeout' });
    history.insertAfter(call, { type: 'ok', i, t, p, ref, last, hasMore: false });
    expect(check(history.events).violations).toEqual([]);
  });

  it('judges no count of a user whom a call was to remove, though no event confirmed it', () => {
    const history = new Spoiled();
    const reading = history.all('call').filter(({ command }) => command === 'unread')[1];
    const ok = history.one('ok', ({ ref }) => ref === reading?.i);
    ok.unreadCount = (ok.unreadCount ?? 0) + 1;
    expect(check(history.events).found).toEqual({ unread: 1 });
    const removal = history.one('call', ({ command }) => command === 'remove');
    const asked = { ...removal, i: 9001, conversation: reading?.conversation, target: reading?.user };
    history.insertBefore(removal, asked);
    history.insertBefore(removal, { type: 'info', i: 9002, t: removal.t, p: removal.p, ref: 9001, why: 'timeout' });
    expect(check(history.events).violations).toEqual([]);
  });

  it.each(SPOILS)('flags %s', (_title, names, how) => {
    const report = spoil(how);
    expect(Object.keys(report.found).sort()).toEqual([...names].sort());
    expect(report.verdict).toBe('red');
    for (const { witness, what } of report.violations) {
      expect(what).toMatch(/\.$/);
      expect(witness.length).toBeGreaterThanOrEqual(1);
      expect(witness.length).toBeLessThanOrEqual(3);
    }
  });
});
