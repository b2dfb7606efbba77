import { expect, it } from '@jest/globals';
import { canLeave } from './conversation.policy.js';

it('the last owner leaves only after passing it on, or when alone', () => {
  expect(canLeave({ role: 'owner', hasOtherOwner: false, otherMembers: 2 })).toBe(false);
  expect(canLeave({ role: 'owner', hasOtherOwner: true, otherMembers: 2 })).toBe(true);
  expect(canLeave({ role: 'owner', hasOtherOwner: false, otherMembers: 0 })).toBe(true);
  expect(canLeave({ role: 'member', hasOtherOwner: true, otherMembers: 1 })).toBe(true);
});
