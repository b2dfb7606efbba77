import type { MemberRole } from '@parley/protocol';

/** What only the server can decide, beside the table of permissions in the protocol. */

interface OwnershipFacts {
  role: MemberRole;
  hasOtherOwner: boolean;
  otherMembers: number;
}

/** The last owner leaves only after passing it on, or when alone. */
export function canLeave({ role, hasOtherOwner, otherMembers }: OwnershipFacts): boolean {
  return role !== 'owner' || hasOtherOwner || otherMembers === 0;
}
