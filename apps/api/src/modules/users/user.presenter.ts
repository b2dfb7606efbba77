import type { AccountItem, Me, ServerRole, UserDetail, UserPresence, UserView } from '@parley/protocol';
import { publicAvatarUrl } from './avatar-url.js';

/** The columns that everyone may see. */
export interface PublicUser {
  id: string;
  username: string;
  displayName: string;
  avatarUrl: string | null;
  isBot: boolean;
}

/** The columns of a user's presence. */
export interface PresentUser {
  status: 'online' | 'offline';
  isAway: boolean;
  isHidden: boolean;
  lastSeenAt: Date | null;
}

export interface KnownUser extends PublicUser, PresentUser {
  /** Whether the viewer and this user share a conversation. */
  isShared: boolean;
}

export interface OwnUser extends PublicUser {
  email: string | null;
  isHidden: boolean;
  createdAt: Date;
}

/** Any row that has the public columns, as everyone sees it. */
export function toUserView({ id, username, displayName, avatarUrl, isBot }: PublicUser): UserView {
  return { id, username, displayName, avatarUrl: avatarUrl && publicAvatarUrl(avatarUrl), isBot };
}

/** As others see it. */
export function presenceOf({ status, isAway, isHidden, lastSeenAt }: PresentUser): UserPresence {
  if (isHidden) return { isOnline: false, isAway: false, lastSeenAt: null };
  return { isOnline: status === 'online', isAway, lastSeenAt: lastSeenAt?.toISOString() ?? null };
}

export function toUserDetail(user: KnownUser): UserDetail {
  const { isOnline, lastSeenAt } = user.isShared ? presenceOf(user) : { isOnline: null, lastSeenAt: null };
  return { ...toUserView(user), isOnline, lastSeenAt };
}

export function toMe(user: OwnUser, role: ServerRole): Me {
  return {
    ...toUserView(user),
    email: user.email,
    role,
    isHidden: user.isHidden,
    createdAt: user.createdAt.toISOString(),
  };
}

interface AccountUser extends PublicUser {
  isDisabled: boolean;
  passwordHash: string | null;
  createdAt: Date;
}

/** As server admins see it. */
export function toAccountItem(user: AccountUser, role: ServerRole): AccountItem {
  const { isDisabled, passwordHash, createdAt } = user;
  return {
    ...toUserView(user),
    role,
    isDisabled,
    hasPassword: passwordHash !== null,
    createdAt: createdAt.toISOString(),
  };
}
