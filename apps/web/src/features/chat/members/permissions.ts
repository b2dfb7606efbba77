import type { ConversationListItem, MemberRole } from '@parley/protocol';

/** Which actions are offered. The server decides; this leaves out those that it would refuse. */
type Facts = Pick<ConversationListItem, 'type' | 'myRole' | 'isArchived'>;

function leads(facts: Facts): boolean {
  return facts.type === 'group' && facts.myRole !== 'member';
}

export function canRename(facts: Facts): boolean {
  return leads(facts) && !facts.isArchived;
}

export function canAddMembers(facts: Facts): boolean {
  return leads(facts) && !facts.isArchived;
}

export function canArchive(facts: Facts): boolean {
  return facts.type === 'direct' || leads(facts);
}

export function canLeave(facts: Facts): boolean {
  return facts.type === 'group';
}

/** An admin removes members; only an owner removes an admin; nobody removes an owner but another owner. */
export function canRemove(facts: Facts, target: MemberRole): boolean {
  if (facts.type !== 'group' || facts.isArchived) return false;
  return facts.myRole === 'owner' || (facts.myRole === 'admin' && target === 'member');
}

export function canSetRoles(facts: Facts): boolean {
  return facts.type === 'group' && facts.myRole === 'owner' && !facts.isArchived;
}
