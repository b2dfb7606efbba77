import { expect, it } from '@jest/globals';
import { canLeave } from './conversation.policy.js';

it('the last owner leaves only after passing it on, or when alone', () => {
  expect(canLeave({ role: 'owner', otherOwners: 0, otherMembers: 2 })).toBe(false);
  expect(canLeave({ role: 'owner', otherOwners: 1, otherMembers: 2 })).toBe(true);
  expect(canLeave({ role: 'owner', otherOwners: 0, otherMembers: 0 })).toBe(true);
  expect(canLeave({ role: 'member', otherOwners: 1, otherMembers: 1 })).toBe(true);
});
