import type { ConversationListItem, ConversationType, MemberRole, Message } from './entities.js';

/** Who may do what in a conversation: the server refuses by this table, and clients offer by it. */

type Roles = readonly MemberRole[];

/** One verb: the roles that may do it, by the conversation's type. Who is no member may do nothing. */
interface Permission {
  readonly group: Roles;
  readonly direct: Roles;
  /** Whether it is possible in an archived conversation, too. */
  readonly evenArchived: boolean;
}

const NOBODY: Roles = [];
const OWNERS: Roles = ['owner'];
const LEADERS: Roles = ['admin', 'owner'];
const EVERYBODY: Roles = ['member', 'admin', 'owner'];

export const PERMISSIONS = {
  send: permission(EVERYBODY, EVERYBODY),
  react: permission(EVERYBODY, EVERYBODY),
  edit_own: permission(EVERYBODY, EVERYBODY),
  edit_others: permission(NOBODY, NOBODY),
  delete_own: permission(EVERYBODY, EVERYBODY),
  delete_others: permission(LEADERS, NOBODY),
  rename: permission(LEADERS, NOBODY),
  archive: permission(LEADERS, EVERYBODY, true),
  add_members: permission(LEADERS, NOBODY),
  change_roles: permission(OWNERS, NOBODY),
  remove_member: permission(LEADERS, NOBODY),
  remove_admin: permission(OWNERS, NOBODY),
  remove_owner: permission(OWNERS, NOBODY),
  leave: permission(EVERYBODY, NOBODY, true),
} as const satisfies Record<string, Permission>;

export type Verb = keyof typeof PERMISSIONS;

/** A member, and the type of the conversation. */
export interface Actor {
  readonly role: MemberRole;
  readonly type: ConversationType;
}

/** Whether the role allows it. That the conversation may be archived is another refusal, `conflict`. */
export function isPermitted(verb: Verb, { role, type }: Actor): boolean {
  return PERMISSIONS[verb][type].includes(role);
}

type Membership = Pick<ConversationListItem, 'type' | 'myRole' | 'isArchived'>;

/** Whether I may do it in a conversation of mine as it is now. */
export function may(verb: Verb, { type, myRole, isArchived }: Membership): boolean {
  return isPermitted(verb, { role: myRole, type }) && (!isArchived || PERMISSIONS[verb].evenArchived);
}

/**
 * What editing or deleting a message is for this user; null for a message of the server itself, which no role may
 * change.
 */
export function verbFor(
  change: 'edit' | 'delete',
  { senderId, type }: Pick<Message, 'senderId' | 'type'>,
  userId: string,
): Verb | null {
  if (type === 'system') return null;
  return `${change}_${senderId === userId ? 'own' : 'others'}`;
}

/** Whether a message of this age may still be edited; a window of 0 ms is none. */
export function isInEditWindow(ageMs: number, windowMs: number): boolean {
  return windowMs > 0 && ageMs <= windowMs;
}

function permission(group: Roles, direct: Roles, evenArchived = false): Permission {
  return { group, direct, evenArchived };
}
