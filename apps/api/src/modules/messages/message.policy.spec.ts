import { describe, expect, it } from '@jest/globals';
import type { ConversationType, MemberRole, MessageType } from '@parley/protocol';
import { canDelete, canEdit, isInEditWindow } from './message.policy.js';

const actor = (userId: string, role: MemberRole = 'member', conversationType: ConversationType = 'group') => ({
  userId,
  role,
  conversationType,
});
const by = (senderId: string, type: MessageType = 'text') => ({ senderId, type });

describe('who may edit', () => {
  it('S4.21: the sender, whatever the type, and no other role', () => {
    for (const type of ['text', 'image', 'file', 'data'] as const) {
      expect(canEdit(actor('ann'), by('ann', type))).toBe(true);
      expect(canEdit(actor('bob', 'owner'), by('ann', type))).toBe(false);
    }
  });

  it('system messages are for no role', () => {
    expect(canEdit(actor('ann', 'owner'), by('ann', 'system'))).toBe(false);
  });
});

describe('who may delete', () => {
  it.each([
    ['group', 'member', true, false],
    ['group', 'admin', true, true],
    ['group', 'owner', true, true],
    ['direct', 'member', true, false],
    ['direct', 'owner', true, false],
  ] as const)('S4.22: in a %s a %s: own %s, of others %s', (type, role, own, others) => {
    expect(canDelete(actor('ann', role, type), by('ann'))).toBe(own);
    expect(canDelete(actor('ann', role, type), by('bob'))).toBe(others);
  });

  it('system messages are for no role', () => {
    expect(canDelete(actor('ann', 'owner'), by('ann', 'system'))).toBe(false);
    expect(canDelete(actor('ann', 'owner'), by('bob', 'system'))).toBe(false);
  });
});

describe('the window for editing', () => {
  it('S4.21: is open up to its last millisecond', () => {
    expect(isInEditWindow(0, 15)).toBe(true);
    expect(isInEditWindow(900_000, 15)).toBe(true);
    expect(isInEditWindow(900_001, 15)).toBe(false);
  });

  it('of 0 minutes is never open', () => {
    expect(isInEditWindow(0, 0)).toBe(false);
  });
});
