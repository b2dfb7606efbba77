import { describe, expect, it } from '@jest/globals';
import type { ConversationType, MemberRole } from '@parley/protocol';
import { canAddMembers, canArchive, canLeave, canRemove, canRename, canSetRoles } from './permissions.js';

const as = (myRole: MemberRole, type: ConversationType = 'group', isArchived = false) => ({ myRole, type, isArchived });

describe('Who is offered what', () => {
  it('renaming and adding: those who lead a group', () => {
    expect([as('owner'), as('admin'), as('member'), as('member', 'direct')].map(canRename)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(canAddMembers(as('owner', 'group', true))).toBe(false);
  });

  it('archiving: both in a direct conversation, those who lead a group', () => {
    expect([as('member', 'direct'), as('member'), as('admin')].map(canArchive)).toEqual([true, false, true]);
  });

  it('removing: an admin only members, an owner everybody', () => {
    expect((['owner', 'admin', 'member'] as const).map((role) => canRemove(as('admin'), role))).toEqual([
      false,
      false,
      true,
    ]);
    expect((['owner', 'admin', 'member'] as const).map((role) => canRemove(as('owner'), role))).toEqual([
      true,
      true,
      true,
    ]);
    expect(canRemove(as('member'), 'member')).toBe(false);
  });

  it('roles: owners; leaving: groups only', () => {
    expect([as('owner'), as('admin')].map(canSetRoles)).toEqual([true, false]);
    expect([as('member'), as('member', 'direct')].map(canLeave)).toEqual([true, false]);
  });
});
