/** Beyond so many of a conversation the others are not shown as typing. */
const MOST_TYPISTS = 500;
const MOST_CONVERSATIONS = 10_000;

interface Typist {
  /** By the clock of this process. */
  until: number;
  /** At a connection of this node. */
  isMine: boolean;
}

interface TypingConversation {
  /** Of too many members for an update to all of them. */
  isLarge: boolean;
  /** Who began first comes first. */
  typists: Map<string, Typist>;
}

/** Who is typing where, bounded in number and time. */
export class TypingState {
  private readonly conversations = new Map<string, TypingConversation>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  get isEmpty(): boolean {
    return this.conversations.size === 0;
  }

  /** Also where nobody types any more and the update that says so is still to come. */
  has(conversationId: string): boolean {
    return this.conversations.has(conversationId);
  }

  isLarge(conversationId: string): boolean {
    return this.conversations.get(conversationId)?.isLarge ?? false;
  }

  /** Who is typing there, in the order in which they began. */
  userIds(conversationId: string): string[] {
    return [...(this.conversations.get(conversationId)?.typists.keys() ?? [])];
  }

  /** Returns whether somebody is typing who was not. */
  add(conversationId: string, userId: string, typist: { ms: number; isMine: boolean; isLarge: boolean }): boolean {
    const isNew = !this.conversations.has(conversationId);
    if (isNew && this.conversations.size >= MOST_CONVERSATIONS) return false;
    const conversation = this.conversations.get(conversationId) ?? emptyConversation();
    conversation.isLarge = typist.isLarge;
    const known = conversation.typists.get(userId);
    if (!known && conversation.typists.size >= MOST_TYPISTS) return false;
    const isMine = typist.isMine || known?.isMine === true;
    conversation.typists.set(userId, { until: this.now() + typist.ms, isMine });
    this.conversations.set(conversationId, conversation);
    return !known;
  }

  /** Returns who it was; null where they were not typing. */
  remove(conversationId: string, userId: string): Readonly<Typist> | null {
    const typists = this.conversations.get(conversationId)?.typists;
    const known = typists?.get(userId) ?? null;
    typists?.delete(userId);
    return known;
  }

  /** Removes whose time is over; returns the conversations that they were typing in. */
  expire(): string[] {
    const now = this.now();
    const changed: string[] = [];
    for (const [conversationId, { typists }] of this.conversations) {
      const before = typists.size;
      for (const [userId, { until }] of typists) if (until <= now) typists.delete(userId);
      if (typists.size < before) changed.push(conversationId);
    }
    return changed;
  }

  /** To be called once the update says that nobody types there. */
  forget(conversationId: string): void {
    this.conversations.delete(conversationId);
  }
}

const emptyConversation = (): TypingConversation => ({ isLarge: false, typists: new Map() });
