import type { ConversationListItem, ConversationType, MemberRole, Message } from './entities.js';

/**
 * Who may do what: the server refuses by this table, clients offer by it, and tests are made from it. Each route and each
 * command names its rows; a test fails where one names none.
 */

type Roles = readonly MemberRole[];
/** What a direct conversation has once and for all: changing it is a `conflict`, and no matter of roles. */
type Fixed = 'name' | 'members';

/** One verb: the roles that may do it, by the conversation's type. Who is no member may do nothing. */
interface Permission {
  readonly group: Roles;
  readonly direct: Roles | Fixed;
  /** Whether it is possible in an archived conversation, too. */
  readonly evenArchived: boolean;
}

const NOBODY: Roles = [];
const OWNERS: Roles = ['owner'];
const LEADERS: Roles = ['admin', 'owner'];
const EVERYBODY: Roles = ['member', 'admin', 'owner'];

export const PERMISSIONS = {
  /** The conversation, its members, messages, their edits, reactions and receipts, and its events. */
  read: permission(EVERYBODY, EVERYBODY, true),
  search: permission(EVERYBODY, EVERYBODY, true),
  /** Who is here, and who is typing. */
  see_presence: permission(EVERYBODY, EVERYBODY, true),
  mark: permission(EVERYBODY, EVERYBODY, true),
  send: permission(EVERYBODY, EVERYBODY),
  type: permission(EVERYBODY, EVERYBODY),
  /** Ending what an archiving may have overtaken. */
  stop_typing: permission(EVERYBODY, EVERYBODY, true),
  react: permission(EVERYBODY, EVERYBODY),
  edit_own: permission(EVERYBODY, EVERYBODY),
  edit_others: permission(NOBODY, NOBODY),
  delete_own: permission(EVERYBODY, EVERYBODY),
  delete_others: permission(LEADERS, NOBODY),
  rename: permission(LEADERS, 'name'),
  archive: permission(LEADERS, EVERYBODY, true),
  /** For how long messages are kept. */
  set_retention: permission(OWNERS, NOBODY),
  add_members: permission(LEADERS, 'members'),
  /** Making links by which people join, and taking them back. */
  invite: permission(LEADERS, 'members'),
  see_invites: permission(LEADERS, NOBODY, true),
  change_roles: permission(OWNERS, 'members'),
  remove_member: permission(LEADERS, 'members'),
  remove_admin: permission(OWNERS, 'members'),
  remove_owner: permission(OWNERS, 'members'),
  leave: permission(EVERYBODY, 'members', true),
  /** Not an owner. */
  silence: permission(LEADERS, 'members'),
  /** Not an owner, and of those who are present only whom one may remove. */
  ban: permission(LEADERS, 'members'),
  see_bans: permission(LEADERS, NOBODY, true),
  report: permission(EVERYBODY, EVERYBODY),
  /** Those of direct conversations are for the server's admins. */
  see_reports: permission(LEADERS, NOBODY, true),
  /** All of it with its files, to take along. */
  export: permission(OWNERS, EVERYBODY, true),
} as const satisfies Record<string, Permission>;

export type Verb = keyof typeof PERMISSIONS;

/**
 * What a route or command needs that is about no conversation: nothing at all; to be the one whom it is about; an account;
 * to be an admin of the server.
 */
export type AccountNeed = 'public' | 'self' | 'account' | 'server_admin';

/** A row of the table, or what stands in its place. */
export type Need = Verb | AccountNeed;

/** A member, and the type of the conversation. */
export interface Actor {
  readonly role: MemberRole;
  readonly type: ConversationType;
}

/** Whether the role allows it. That the conversation may be archived is another refusal, `conflict`. */
export function isPermitted(verb: Verb, { role, type }: Actor): boolean {
  const roles: Roles | Fixed = PERMISSIONS[verb][type];
  return typeof roles === 'object' && roles.includes(role);
}

/** What a direct conversation has once and for all, and this verb would change; else null. */
export function fixedBy(verb: Verb, type: ConversationType): Fixed | null {
  const roles: Roles | Fixed = PERMISSIONS[verb][type];
  return typeof roles === 'string' ? roles : null;
}

type Membership = Pick<ConversationListItem, 'type' | 'myRole' | 'isArchived'>;

/** Why a member is refused, whatever it is about: `conflict` by the conversation's state or type before `forbidden` by the role. */
export function refusalOf(verb: Verb, { type, myRole, isArchived }: Membership): 'conflict' | 'forbidden' | null {
  if ((isArchived && !PERMISSIONS[verb].evenArchived) || fixedBy(verb, type)) return 'conflict';
  return isPermitted(verb, { role: myRole, type }) ? null : 'forbidden';
}

/** Whether I may do it in a conversation of mine as it is now. */
export const may = (verb: Verb, membership: Membership): boolean => refusalOf(verb, membership) === null;

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

function permission(group: Roles, direct: Roles | Fixed, evenArchived = false): Permission {
  return { group, direct, evenArchived };
}
