import type {
  Events,
  MarkResult,
  Member,
  MemberRole,
  Message,
  MessagePage,
  SyncAnswer,
  SyncBody,
  SystemMetadata,
} from '@parley/protocol';
import {
  type Budgets,
  detailAnswer,
  type PageRequest,
  pageAnswer,
  type State,
  syncAnswer,
} from './reference-answers.factory.js';
import {
  aUser,
  idsOfPresent,
  isIn,
  listItem,
  participantOf,
  present,
  type StoredConversation,
  storedAt,
} from './reference-state.factory.js';

/** For specs: a server in memory that keeps the contract's promises, with budgets as small as a spec wants them. */

type Listener = <Name extends keyof Events>(name: Name, payload: Events[Name]) => void;

export interface Outgoing {
  content: string;
  clientMessageId: string;
  replyTo?: number;
  mentions?: string[];
}

export class ReferenceServer implements State {
  epoch = 'epoch-1';
  readonly conversations = new Map<string, StoredConversation>();
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly membershipVersions = new Map<string, number>();
  private moments = 0;

  constructor(readonly budgets: Budgets = { rows: 3, memberships: 2, resetRows: 40, resetMessages: 4 }) {}

  listen(userId: string, listener: Listener): () => void {
    const listeners = this.listeners.get(userId) ?? new Set();
    this.listeners.set(userId, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  create(creator: string, others: string[], type: 'direct' | 'group' = 'group'): string {
    const id = `conversation-${String(this.conversations.size + 1).padStart(3, '0')}`;
    const createdAt = this.time();
    const conversation: StoredConversation = {
      id,
      type,
      createdBy: creator,
      createdAt,
      name: type === 'group' ? id : null,
      isArchived: false,
      version: 1,
      receipts: 0,
      firstSeq: 1,
      messages: [],
      participants: new Map(),
    };
    this.conversations.set(id, conversation);
    for (const userId of [creator, ...others])
      this.enter(conversation, userId, userId === creator ? 'owner' : 'member');
    for (const userId of [creator, ...others]) this.tellCreated(conversation, userId, 1);
    return id;
  }

  send(
    senderId: string,
    conversationId: string,
    { content, clientMessageId, replyTo, mentions = [] }: Outgoing,
  ): Message {
    const conversation = this.conversationOf(senderId, conversationId);
    const message = this.write(conversation, senderId, { content, clientMessageId, mentions, replyTo });
    const mine = participantOf(conversation, senderId).member;
    mine.lastReadSeq = message.seq;
    mine.lastDeliveredSeq = message.seq;
    this.tellNew(conversation, message);
    return present(conversation, message.seq, senderId);
  }

  edit(
    actorId: string,
    conversationId: string,
    seq: number,
    change: { content: string; mentions?: string[] },
  ): Message {
    const conversation = this.conversationOf(actorId, conversationId);
    const { message } = storedAt(conversation, seq);
    const before = message.mentions;
    const mentions = change.mentions ?? before;
    Object.assign(message, {
      content: change.content,
      mentions,
      editedAt: this.time(),
      version: this.next(conversation),
    });
    this.tell(conversation, 'message:edited', {
      ...this.durable(conversation, actorId),
      message: present(conversation, seq, null),
      mentionsAdded: mentions.filter((id) => !before.includes(id)),
      mentionsRemoved: before.filter((id) => !mentions.includes(id)),
    });
    return present(conversation, seq, actorId);
  }

  delete(actorId: string, conversationId: string, seq: number): Message {
    const conversation = this.conversationOf(actorId, conversationId);
    const { message, reactions } = storedAt(conversation, seq);
    const mentionsRemoved = message.mentions;
    reactions.clear();
    Object.assign(message, {
      content: '',
      metadata: {},
      mentions: [],
      replyTo: null,
      isDeleted: true,
      deletedAt: this.time(),
      version: this.next(conversation),
    });
    const told = { message: present(conversation, seq, null), mentionsAdded: [], mentionsRemoved };
    this.tell(conversation, 'message:deleted', { ...this.durable(conversation, actorId), ...told });
    return present(conversation, seq, actorId);
  }

  /** Null where nothing changes. */
  react(userId: string, conversationId: string, seq: number, emoji: string): 'added' | 'removed' {
    const conversation = this.conversationOf(userId, conversationId);
    const { message, reactions } = storedAt(conversation, seq);
    const users = reactions.get(emoji) ?? new Set();
    const action = users.delete(userId) ? 'removed' : 'added';
    if (action === 'added') users.add(userId);
    if (users.size > 0) reactions.set(emoji, users);
    else reactions.delete(emoji);
    message.version = this.next(conversation);
    const told = {
      messageId: message.id,
      seq,
      userId,
      emoji,
      action,
      reactions: present(conversation, seq, null).reactions,
    } as const;
    this.tell(conversation, 'reaction:updated', { ...this.durable(conversation, userId), ...told });
    return action;
  }

  add(actorId: string, conversationId: string, userIds: string[]): void {
    const conversation = this.conversationOf(actorId, conversationId);
    const added = userIds.filter((id) => !isIn(conversation, id));
    if (added.length === 0) return;
    const before = idsOfPresent(conversation);
    this.next(conversation);
    const members = added.map((id) => this.enter(conversation, id, 'member'));
    const event = { ...this.durable(conversation, actorId), members: structuredClone(members) };
    const line = this.write(conversation, actorId, { system: { event: 'member_added', userIds: added } });
    for (const userId of before) this.emit(userId, 'member:added', event);
    for (const userId of added) this.tellCreated(conversation, userId, event.version);
    this.tellNew(conversation, line);
  }

  remove(actorId: string, conversationId: string, userId: string): void {
    const conversation = this.conversationOf(actorId, conversationId);
    const participant = participantOf(conversation, userId);
    const told = idsOfPresent(conversation);
    Object.assign(participant.member, { leftAt: this.time(), version: this.next(conversation) });
    participant.membership = this.nextMembership(userId);
    const event = { ...this.durable(conversation, actorId), userId };
    for (const each of told) this.emit(each, 'member:removed', event);
    this.tellNew(
      conversation,
      this.write(conversation, actorId, { system: { event: 'member_removed', userIds: [userId] } }),
    );
  }

  changeRole(actorId: string, conversationId: string, userId: string, role: MemberRole): void {
    const conversation = this.conversationOf(actorId, conversationId);
    const { member } = participantOf(conversation, userId);
    Object.assign(member, { role, version: this.next(conversation) });
    this.tell(conversation, 'member:updated', {
      ...this.durable(conversation, actorId),
      members: [structuredClone(member)],
    });
    this.tellNew(
      conversation,
      this.write(conversation, actorId, { system: { event: 'role_changed', userIds: [userId] } }),
    );
  }

  rename(actorId: string, conversationId: string, name: string): void {
    const conversation = this.conversationOf(actorId, conversationId);
    conversation.name = name;
    this.next(conversation);
    this.tellUpdated(conversation, actorId);
    this.tellNew(conversation, this.write(conversation, actorId, { system: { event: 'renamed', to: name } }));
  }

  /** Messages before this one are gone. */
  expire(actorId: string, conversationId: string, firstSeq: number): void {
    const conversation = this.conversationOf(actorId, conversationId);
    if (firstSeq <= conversation.firstSeq) return;
    conversation.firstSeq = firstSeq;
    this.next(conversation);
    this.tellUpdated(conversation, actorId);
  }

  archive(actorId: string, conversationId: string, isArchived: boolean): void {
    const conversation = this.conversationOf(actorId, conversationId);
    conversation.isArchived = isArchived;
    this.next(conversation);
    this.tell(conversation, 'conversation:archived', { ...this.durable(conversation, actorId), isArchived });
    this.tellNew(
      conversation,
      this.write(conversation, actorId, { system: { event: isArchived ? 'archived' : 'unarchived' } }),
    );
  }

  /** Moves a watermark; `read` moves both. */
  mark(userId: string, conversationId: string, kind: 'read' | 'delivered', seq: number): MarkResult {
    const conversation = this.conversationOf(userId, conversationId);
    const participant = participantOf(conversation, userId);
    const { member } = participant;
    if (seq > (kind === 'read' ? member.lastReadSeq : member.lastDeliveredSeq)) {
      member.lastDeliveredSeq = Math.max(member.lastDeliveredSeq, seq);
      if (kind === 'read') member.lastReadSeq = seq;
      conversation.receipts += 1;
      participant.receipts = conversation.receipts;
      this.tellMark(conversation, userId, { kind, seq });
    }
    const { lastReadSeq, lastDeliveredSeq, unreadCount, mentionCount, lastSeq } = listItem(conversation, userId);
    return { lastReadSeq, lastDeliveredSeq, unreadCount, mentionCount, lastSeq };
  }

  sync(userId: string, question: SyncBody): SyncAnswer {
    return syncAnswer({ userId, state: this }, question);
  }

  /** Throws where it is not theirs. */
  page(userId: string, id: string, request: PageRequest, limit = 3): MessagePage {
    return pageAnswer(this.conversationOf(userId, id), userId, { request, limit });
  }

  /** Null where it is not theirs. */
  detail(userId: string, id: string) {
    return detailAnswer(this.conversations.get(id), userId);
  }

  membershipVersionOf(userId: string): number {
    return this.membershipVersions.get(userId) ?? 0;
  }

  private conversationOf(userId: string, id: string): StoredConversation {
    const conversation = this.conversations.get(id);
    if (!conversation || !isIn(conversation, userId)) throw new Error(`${userId} is not in ${id}`);
    return conversation;
  }

  private write(
    conversation: StoredConversation,
    senderId: string,
    line: Outgoing | { system: SystemMetadata },
  ): Message {
    const seq = conversation.messages.length + 1;
    const isSystem = 'system' in line;
    const quoted = isSystem || line.replyTo === undefined ? null : storedAt(conversation, line.replyTo).message;
    const message: Message = {
      id: `${conversation.id} message-${seq}`,
      conversationId: conversation.id,
      seq,
      clientMessageId: isSystem ? `${conversation.id} line-${seq}` : line.clientMessageId,
      senderId,
      senderType: 'user',
      type: isSystem ? 'system' : 'text',
      content: isSystem ? '' : line.content,
      metadata: isSystem ? { ...line.system } : {},
      mentions: isSystem ? [] : (line.mentions ?? []),
      replyTo: quoted && { id: quoted.id, seq: quoted.seq, senderId: quoted.senderId, excerpt: '' },
      reactions: [],
      status: 'sent',
      createdAt: this.time(),
      editedAt: null,
      deletedAt: null,
      isDeleted: false,
      version: this.next(conversation),
    };
    conversation.messages.push({ message, reactions: new Map() });
    return message;
  }

  private enter(conversation: StoredConversation, userId: string, role: MemberRole): Member {
    const before = conversation.participants.get(userId);
    const lastSeq = conversation.messages.length;
    const member: Member = {
      user: aUser(userId),
      role,
      joinedAt: this.time(),
      leftAt: null,
      silencedUntil: null,
      lastReadSeq: lastSeq,
      lastDeliveredSeq: lastSeq,
      version: conversation.version,
    };
    const membership = this.nextMembership(userId);
    conversation.participants.set(userId, { member, receipts: before?.receipts ?? 0, membership });
    return member;
  }

  private nextMembership(userId: string): number {
    const version = this.membershipVersionOf(userId) + 1;
    this.membershipVersions.set(userId, version);
    return version;
  }

  private next(conversation: StoredConversation): number {
    conversation.version += 1;
    return conversation.version;
  }

  private time(): string {
    this.moments += 1;
    return new Date(Date.UTC(2026, 0, 1) + this.moments).toISOString();
  }

  private durable({ id, version }: StoredConversation, actorId: string) {
    return { conversationId: id, version, actorId };
  }

  private tellCreated(conversation: StoredConversation, userId: string, version: number): void {
    this.emit(userId, 'conversation:created', { conversation: listItem(conversation, userId), version });
  }

  private tellNew(conversation: StoredConversation, { seq, version, senderId }: Message): void {
    const message = present(conversation, seq, null);
    this.tell(conversation, 'message:new', { conversationId: conversation.id, version, actorId: senderId, message });
  }

  private tellUpdated(conversation: StoredConversation, actorId: string): void {
    const { id, type, name, isArchived, createdBy, createdAt, updatedAt, memberCount, firstSeq, lastSeq, version } =
      listItem(conversation, actorId);
    const numbers = { memberCount, ...(firstSeq !== undefined && { firstSeq }), lastSeq, version };
    const view = { id, type, name, isArchived, createdBy, createdAt, updatedAt, ...numbers };
    this.tell(conversation, 'conversation:updated', { ...this.durable(conversation, actorId), conversation: view });
  }

  private tellMark(
    conversation: StoredConversation,
    userId: string,
    { kind, seq }: { kind: 'read' | 'delivered'; seq: number },
  ): void {
    const { receipts, id } = conversation;
    const at = this.time();
    const told = { conversationId: id, receipts, userId, messageId: storedAt(conversation, seq).message.id, seq };
    if (kind === 'delivered') {
      this.tell(conversation, 'message:delivered', { ...told, deliveredTo: userId, deliveredAt: at });
      return;
    }
    this.tell(conversation, 'message:read', { ...told, readBy: userId, readAt: at });
    const { unreadCount, mentionCount, lastReadSeq, lastSeq } = listItem(conversation, userId);
    this.emit(userId, 'unread:updated', {
      conversationId: id,
      receipts,
      unreadCount,
      mentionCount,
      lastReadSeq,
      lastSeq,
    });
  }

  private tell<Name extends keyof Events>(conversation: StoredConversation, name: Name, payload: Events[Name]): void {
    for (const userId of idsOfPresent(conversation)) this.emit(userId, name, payload);
  }

  private emit<Name extends keyof Events>(userId: string, name: Name, payload: Events[Name]): void {
    for (const listener of this.listeners.get(userId) ?? []) listener(name, structuredClone(payload));
  }
}
