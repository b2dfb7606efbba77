import { type ConversationListItem, FORUM_ONLINE_USERS, type ForumUser, type UserView } from '@parley/protocol';

interface Contact {
  user: ForumUser;
  conversationId: string;
  isOnline: boolean;
  /** They are writing to the connection's user. */
  isTyping: boolean;
}

/**
 * The people with whom a connection's user has direct conversations: of each its id, whether they are online, and whether
 * they are typing. As many as the connection follows conversations.
 */
export class Contacts {
  private readonly byUser = new Map<string, Contact>();
  private readonly byConversation = new Map<string, Contact>();

  /** Returns whom it added, or null where it is no direct conversation. */
  add({ id: conversationId, peer }: ConversationListItem): { user: ForumUser; isOnline: boolean } | null {
    if (!peer) return null;
    const isTyping = this.byUser.get(peer.id)?.isTyping ?? false;
    const contact = { user: userOf(peer), conversationId, isOnline: peer.isOnline === true, isTyping };
    this.byUser.set(peer.id, contact);
    this.byConversation.set(conversationId, contact);
    return contact;
  }

  conversationWith(userId: string): string | null {
    return this.byUser.get(userId)?.conversationId ?? null;
  }

  /** The other person of a conversation; null where it is not a direct one. */
  peerIn(conversationId: string): string | null {
    return this.byConversation.get(conversationId)?.user.id ?? null;
  }

  /** Returns them where that changed. */
  setOnline(userId: string, isOnline: boolean): ForumUser | null {
    const contact = this.byUser.get(userId);
    if (!contact || contact.isOnline === isOnline) return null;
    contact.isOnline = isOnline;
    return contact.user;
  }

  /** Notes who of a conversation types; returns the peer where that changed. */
  setTyping(conversationId: string, typing: readonly string[]): { userId: string; isTyping: boolean } | null {
    const contact = this.byConversation.get(conversationId);
    const isTyping = contact !== undefined && typing.includes(contact.user.id);
    if (!contact || contact.isTyping === isTyping) return null;
    contact.isTyping = isTyping;
    return { userId: contact.user.id, isTyping };
  }

  /** Returns whether the list of those who are online has changed by it. */
  rename(user: UserView): boolean {
    const contact = this.byUser.get(user.id);
    if (!contact) return false;
    contact.user = userOf(user);
    return contact.isOnline;
  }

  /** Those who came into it first, where there are more than are told. */
  get online(): ForumUser[] {
    const users: ForumUser[] = [];
    for (const { user, isOnline } of this.byUser.values()) {
      if (isOnline) users.push(user);
      if (users.length === FORUM_ONLINE_USERS) break;
    }
    return users;
  }
}

const userOf = ({ id, username, displayName }: UserView): ForumUser => ({ id, username, displayName });
