import type { MemberRole } from '@parley/protocol';

/** Who may change what in a group; in a direct conversation both may archive, and nothing else can be changed. */

const isLeader = (role: MemberRole): boolean => role === 'admin' || role === 'owner';

export const canRename = isLeader;
export const canAddMembers = isLeader;
export const canArchiveGroup = isLeader;
export const canChangeRoles = (role: MemberRole): boolean => role === 'owner';

/** Members by admins, admins and owners by owners. */
export function canRemove(actor: MemberRole, target: MemberRole): boolean {
  return actor === 'owner' || (actor === 'admin' && target === 'member');
}

interface OwnershipFacts {
  role: MemberRole;
  otherOwners: number;
  otherMembers: number;
}

/** The last owner leaves only after passing it on, or when alone. */
export function canLeave({ role, otherOwners, otherMembers }: OwnershipFacts): boolean {
  return role !== 'owner' || otherOwners > 0 || otherMembers === 0;
}
