import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationListItem, ConversationSync, Message, SyncAnswer } from '@parley/protocol';
import type { NewEvent } from '../history/history-event.js';
import { type Heard, Journal } from './journal.js';
import { Positions } from './positions.js';

const LATEST = { epoch: 'e', cursor: 3, added: [], removed: [], conversations: {}, hasMore: false, users: [] };

function item(id: string, version: number, lastSeq: number): ConversationListItem {
  return { id, version, lastSeq, receipts: 0 } as unknown as ConversationListItem;
}

function answer(over: Partial<SyncAnswer>): SyncAnswer {
  return { ...LATEST, ...over };
}

function changed(over: Partial<ConversationSync>): ConversationSync {
  const none = { messages: [], members: [], watermarks: [], hasMore: false, reset: false, receipts: 0 };
  return { ...none, ...over } as unknown as ConversationSync;
}

function heard(version: number, over: Partial<Heard> = {}): Heard {
  return { kind: 'message:new', conversation: 'c', version, ...over };
}

describe('The positions of a plain client', () => {
  let events: NewEvent[];
  let positions: Positions;

  beforeEach(() => {
    events = [];
    const journal = new Journal({ record: (event) => events.push(event) }, 'd', 'me');
    positions = new Positions(journal, 'me');
    positions.sync(answer({ added: [item('c', 5, 4)] }));
    events = [];
  });

  it('begin with the first sync, and move by the next event only', () => {
    expect(positions.take(heard(5))).toBe('ignore');
    expect(positions.take(heard(7))).toBe('hole');
    expect(positions.take(heard(6))).toBe('apply');
    expect(positions.take(heard(6))).toBe('ignore');
    expect(positions.versionOf('c')).toBe(6);
    expect(positions.take(heard(1, { conversation: 'unknown' }))).toBe('ignore');
  });

  it('are sent with the next sync, and move by its answer', () => {
    expect(positions.question()).toEqual({ conversations: { c: { version: 5, receipts: 0 } }, cursor: 3, epoch: 'e' });
    const messages = [{ id: 'm', seq: 5, version: 6, content: '', senderId: 's', type: 'text' } as Message];
    const first = changed({ messages, version: 6, hasMore: true, conversation: item('c', 9, 8) });
    positions.sync(answer({ conversations: { c: first } }));
    expect(events).toMatchObject([
      { type: 'row', message: { id: 'm', seq: 5 } },
      { type: 'moved', from: 5, to: 6, by: 'sync', lastSeq: undefined },
    ]);
    positions.sync(answer({ conversations: { c: changed({ version: 9, conversation: item('c', 9, 8) }) } }));
    expect(events.at(-1)).toMatchObject({ from: 6, to: 9, by: 'sync', lastSeq: 8 });
    expect(positions.take(heard(10))).toBe('apply');
  });

  it('stay where an answer had no room for a conversation', () => {
    positions.sync(answer({ conversations: { c: { version: 5, receipts: 0, hasMore: true } }, hasMore: true }));
    expect(positions.versionOf('c')).toBe(5);
    expect(events).toEqual([]);
  });

  it('end with the own removal in its turn, and begin anew where the server adds the user again', () => {
    const removed = heard(6, { kind: 'member:removed', users: ['me'] });
    expect(positions.take(removed)).toBe('apply');
    positions.settle(removed);
    expect(positions.versionOf('c')).toBeNull();
    expect(positions.take(heard(7))).toBe('ignore');
    expect(positions.take(heard(9, { kind: 'conversation:created' }))).toBe('ignore');
    expect(positions.take(heard(10))).toBe('apply');
  });

  it('do not end by another one’s removal, or by one that came late', () => {
    const other = heard(6, { kind: 'member:removed', users: ['you'] });
    positions.take(other);
    positions.settle(other);
    const late = heard(3, { kind: 'member:removed', users: ['me'] });
    expect(positions.take(late)).toBe('ignore');
    positions.settle(late);
    expect(positions.versionOf('c')).toBe(6);
  });

  it('end where a sync answers that, and fetch what lies between where they are ahead', () => {
    expect(positions.take(heard(8, { kind: 'conversation:created' }))).toBe('hole');
    positions.sync(answer({ removed: ['c'] }));
    expect(positions.versionOf('c')).toBeNull();
    expect(events).toMatchObject([{ type: 'moved', by: 'end', from: 5 }]);
  });
});
