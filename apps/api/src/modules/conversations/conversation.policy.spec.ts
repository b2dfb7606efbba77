import { describe, expect, it } from '@jest/globals';
import type { MemberRole } from '@parley/protocol';
import {
  canAddMembers,
  canArchiveGroup,
  canChangeRoles,
  canLeave,
  canRemove,
  canRename,
} from './conversation.policy.js';

const ROLES: MemberRole[] = ['member', 'admin', 'owner'];

describe('who may', () => {
  it.each([
    ['rename', canRename, [false, true, true]],
    ['add members', canAddMembers, [false, true, true]],
    ['archive', canArchiveGroup, [false, true, true]],
    ['change roles', canChangeRoles, [false, false, true]],
  ])('%s: members, admins, owners', (_what, policy, expected) => {
    expect(ROLES.map(policy)).toEqual(expected);
  });

  it.each([
    ['member', [false, false, false]],
    ['admin', [true, false, false]],
    ['owner', [true, true, true]],
  ] as const)('%s removes a member, an admin, an owner', (actor, expected) => {
    expect(ROLES.map((target) => canRemove(actor, target))).toEqual(expected);
  });

  it('the last owner leaves only after passing it on, or when alone', () => {
    expect(canLeave({ role: 'owner', otherOwners: 0, otherMembers: 2 })).toBe(false);
    expect(canLeave({ role: 'owner', otherOwners: 1, otherMembers: 2 })).toBe(true);
    expect(canLeave({ role: 'owner', otherOwners: 0, otherMembers: 0 })).toBe(true);
    expect(canLeave({ role: 'member', otherOwners: 1, otherMembers: 1 })).toBe(true);
  });
});
