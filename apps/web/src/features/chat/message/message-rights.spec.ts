import { describe, expect, it } from '@jest/globals';
import type { Message } from '@parley/protocol';
import { aMessage } from '../chat.factory.js';
import type { ConversationFacts } from './message-actions.js';
import { lastEditable, rightsTo } from './message-rights.js';

const EDIT_WINDOW_MS = 900_000;
const WRITTEN = Date.parse('2026-01-05T10:00:00.000Z');

function facts(over: Partial<ConversationFacts> = {}): ConversationFacts {
  return {
    id: 'c',
    type: 'group',
    myRole: 'member',
    isArchived: false,
    me: 'me',
    isGone: false,
    isSilenced: false,
    editWindowMs: EDIT_WINDOW_MS,
    ...over,
  };
}

function at(seq: number, over: Partial<Message> = {}) {
  return aMessage({ seq, createdAt: new Date(WRITTEN).toISOString(), senderId: 'me', ...over });
}

describe('Rights to a message', () => {
  it('M3: I edit what I wrote until its time is over, and nobody else does', () => {
    expect(rightsTo(at(1), facts(), WRITTEN + EDIT_WINDOW_MS).edit).toBe(true);
    expect(rightsTo(at(1), facts(), WRITTEN + EDIT_WINDOW_MS + 1).edit).toBe(false);
    expect(rightsTo(at(1, { senderId: 'ama' }), facts({ myRole: 'owner' }), WRITTEN).edit).toBe(false);
    expect(rightsTo(at(1, { type: 'file' }), facts(), WRITTEN).edit).toBe(false);
    expect(rightsTo(at(1), facts({ editWindowMs: 0 }), WRITTEN - 1).edit).toBe(false);
    expect(rightsTo(at(1), facts({ editWindowMs: 4 * EDIT_WINDOW_MS }), WRITTEN + EDIT_WINDOW_MS).edit).toBe(true);
  });

  it('M4: I delete what I wrote; those who lead a group delete what others wrote', () => {
    const theirs = at(1, { senderId: 'ama' });
    expect(rightsTo(at(1), facts(), WRITTEN + 10 * EDIT_WINDOW_MS).remove).toBe(true);
    expect(rightsTo(theirs, facts(), WRITTEN).remove).toBe(false);
    expect(rightsTo(theirs, facts({ myRole: 'admin' }), WRITTEN).remove).toBe(true);
    expect(rightsTo(theirs, facts({ myRole: 'owner' }), WRITTEN).remove).toBe(true);
    expect(rightsTo(theirs, facts({ type: 'direct', myRole: 'owner' }), WRITTEN).remove).toBe(false);
  });

  it('everybody reacts and replies, but not to notices, tombstones, in archives or after leaving', () => {
    expect(rightsTo(at(1, { senderId: 'ama' }), facts(), WRITTEN)).toMatchObject({ react: true, reply: true });
    const nothing = { edit: false, remove: false, react: false, reply: false, report: false };
    expect(rightsTo(at(1, { type: 'system' }), facts(), WRITTEN)).toEqual(nothing);
    expect(rightsTo(at(1, { isDeleted: true }), facts(), WRITTEN)).toEqual(nothing);
    expect(rightsTo(at(1), facts({ isArchived: true }), WRITTEN)).toEqual(nothing);
    expect(rightsTo(at(1), facts({ isGone: true }), WRITTEN)).toEqual(nothing);
  });

  it('who is silenced deletes, reacts and reports, but neither edits nor replies', () => {
    const rights = { edit: false, remove: true, react: true, reply: false, report: false };
    expect(rightsTo(at(1), facts({ isSilenced: true }), WRITTEN)).toEqual(rights);
    expect(rightsTo(at(1, { senderId: 'ama' }), facts({ isSilenced: true }), WRITTEN).report).toBe(true);
  });

  it('everybody reports what others wrote, and nothing of their own', () => {
    const theirs = at(1, { senderId: 'ama' });
    expect(rightsTo(theirs, facts(), WRITTEN).report).toBe(true);
    expect(rightsTo(theirs, facts({ type: 'direct' }), WRITTEN).report).toBe(true);
    expect(rightsTo(at(1), facts(), WRITTEN).report).toBe(false);
  });

  it('C5: the last editable message is my newest, whatever others wrote after it', () => {
    const messages = [at(1), at(2), at(3, { isDeleted: true }), at(4, { senderId: 'ama' })];
    expect(lastEditable(messages, facts(), WRITTEN)?.seq).toBe(2);
    expect(lastEditable(messages, facts(), WRITTEN + EDIT_WINDOW_MS + 1)).toBeNull();
    expect(lastEditable([at(1, { senderId: 'ama' })], facts(), WRITTEN)).toBeNull();
  });
});
