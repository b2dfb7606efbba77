import { describe, expect, it } from '@jest/globals';
import { aConversation, aMember, aMessage, anItem, ME } from './chat.factory.js';
import type { DurableEvent } from './conversation-state.js';
import { applyDurable, release, withAck, withMark } from './live-events.js';

const arrival = (seq: number, fields: Parameters<typeof aMessage>[0] = {}): DurableEvent => ({
  name: 'message:new',
  payload: { conversationId: 'c', version: seq + 1, actorId: 'ama', message: aMessage({ seq, ...fields }) },
});

describe('Events of a conversation', () => {
  it('S2: the next version adds its row, moves the cursor and the preview', () => {
    const { state, gap } = applyDurable(aConversation(2), arrival(3), ME);
    expect(gap).toBe(false);
    expect(state.item).toMatchObject({ version: 4, lastSeq: 3, unreadCount: 1, lastMessage: { seq: 3 } });
    expect(state.timeline.items.map((row) => row.seq)).toEqual([1, 2, 3]);
  });

  it('G3: an event that came before changes nothing', () => {
    const before = aConversation(3);
    expect(applyDurable(before, arrival(3), ME).state).toBe(before);
  });

  it('G4: a skipped version asks for a repair and keeps what comes meanwhile', () => {
    const skipped = applyDurable(aConversation(2), arrival(5), ME);
    expect(skipped.gap).toBe(true);
    const later = applyDurable(skipped.state, arrival(6), ME);
    expect(later.gap).toBe(false);
    expect(later.state.held).toHaveLength(2);
    const repaired = { ...later.state, item: { ...later.state.item, version: 5, lastSeq: 4 }, countedTo: 4 };
    const { state, gap } = release(repaired, ME);
    expect(gap).toBe(false);
    expect(state.item).toMatchObject({ version: 7, lastSeq: 6, unreadCount: 2 });
    expect(state.held).toBeNull();
  });

  it('S2: my row takes over from the outbox, whether the event or the acknowledgement comes first', () => {
    const entry = { clientMessageId: 'x', content: 'hi', createdAt: '', state: 'pending' as const, reason: null };
    const waiting = { ...aConversation(2), outbox: [entry] };
    const mine = { senderId: ME, clientMessageId: 'x' };
    const acked = withAck(waiting, aMessage({ seq: 3, ...mine }), ME);
    expect(acked.outbox).toEqual([]);
    expect(acked.item.version).toBe(3);
    const both = applyDurable(acked, arrival(3, mine), ME).state;
    expect(both.timeline.items.map((row) => row.seq)).toEqual([1, 2, 3]);
    expect(applyDurable(waiting, arrival(3, mine), ME).state.outbox).toEqual([]);
  });

  it('S2: the same client id of another sender is another message', () => {
    const entry = { clientMessageId: 'x', content: 'hi', createdAt: '', state: 'pending' as const, reason: null };
    const waiting = { ...aConversation(2), outbox: [entry] };
    expect(applyDurable(waiting, arrival(3, { clientMessageId: 'x' }), ME).state.outbox).toEqual([entry]);
  });

  it('S3: a mark raises its member and never lowers it', () => {
    const read = { conversationId: 'c', receipts: 1, userId: 'ama', messageId: '', readBy: 'ama', readAt: '' };
    const raised = withMark(aConversation(5), { ...read, seq: 4 });
    expect(raised.members?.ama).toMatchObject({ lastReadSeq: 4, lastDeliveredSeq: 4 });
    expect(withMark(raised, { ...read, seq: 2 }).members?.ama?.lastReadSeq).toBe(4);
  });

  it('S3: sending raises the sender’s own marks', () => {
    expect(applyDurable(aConversation(2), arrival(3), ME).state.members?.ama?.lastReadSeq).toBe(3);
  });

  it('P5: members come, change and go with the count', () => {
    const base = { conversationId: 'c', actorId: 'ama' };
    const added: DurableEvent = {
      name: 'member:added',
      payload: { ...base, version: 2, members: [aMember('jo', { version: 2 })] },
    };
    const joined = applyDurable(aConversation(0), added, ME).state;
    expect(joined.item.memberCount).toBe(4);
    const promoted = applyDurable(
      joined,
      {
        name: 'member:updated',
        payload: { ...base, version: 3, members: [aMember(ME, { role: 'admin', version: 3 })] },
      },
      ME,
    ).state;
    expect(promoted.item).toMatchObject({ memberCount: 4, myRole: 'admin' });
    const removed = applyDurable(
      promoted,
      { name: 'member:removed', payload: { ...base, version: 4, userId: 'jo' } },
      ME,
    );
    expect(removed.state.item.memberCount).toBe(3);
    expect(removed.state.members?.jo?.leftAt).not.toBeNull();
  });

  it('R9: my own removal says whether I left or was removed', () => {
    const payload = { conversationId: 'c', version: 2, userId: ME };
    const by = (actorId: string) =>
      applyDurable(aConversation(0), { name: 'member:removed', payload: { ...payload, actorId } }, ME).state.gone;
    expect(by('ama')).toBe('removed');
    expect(by(ME)).toBe('left');
  });

  it('takes the name and the archive from an update, not its counters', () => {
    const conversation = anItem({ name: 'New name', isArchived: true, lastSeq: 99 });
    const event: DurableEvent = {
      name: 'conversation:updated',
      payload: { conversationId: 'c', version: 4, actorId: 'ama', conversation },
    };
    const { item } = applyDurable(aConversation(2), event, ME).state;
    expect(item).toMatchObject({ name: 'New name', isArchived: true, lastSeq: 2, version: 4 });
  });
});
