import type { Me, ServerRole, UserDetail, UserView } from '@parley/protocol';

/** The columns that everyone may see. */
export interface PublicUser {
  id: string;
  username: string;
  displayName: string;
  avatarUrl: string | null;
  isBot: boolean;
}

export interface KnownUser extends PublicUser {
  status: 'online' | 'offline';
  lastSeenAt: Date | null;
  /** Whether the viewer and this user share a conversation. */
  isShared: boolean;
}

export interface OwnUser extends PublicUser {
  email: string | null;
  createdAt: Date;
}

/** Any row that has the public columns, as everyone sees it. */
export function toUserView({ id, username, displayName, avatarUrl, isBot }: PublicUser): UserView {
  return { id, username, displayName, avatarUrl, isBot };
}

export function toUserDetail(user: KnownUser): UserDetail {
  return {
    ...toUserView(user),
    isOnline: user.isShared ? user.status === 'online' : null,
    lastSeenAt: user.isShared ? (user.lastSeenAt?.toISOString() ?? null) : null,
  };
}

export function toMe(user: OwnUser, role: ServerRole): Me {
  return { ...toUserView(user), email: user.email, role, createdAt: user.createdAt.toISOString() };
}
