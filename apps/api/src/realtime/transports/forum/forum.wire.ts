import { randomUUID } from 'node:crypto';
import {
  type Ack,
  type CommandName,
  type Commands,
  type ErrorObject,
  type EventName,
  type Events,
  FORUM_CHARACTERS,
  LIMITS,
  type SyncBody,
} from '@parley/protocol';
import { invalid, ParleyError } from '../../../kernel/errors.js';
import { isUuid } from '../../../kernel/ids.js';
import type { Answer } from '../framed/answer.js';
import type { Frame, OutgoingEvent } from '../framed/outgoing-event.js';
import type { Line, Wire } from '../framed/wire.js';
import { Contacts } from './contacts.js';
import { type ForumFrame, failedFrame, forumFrame, privateMessage, readForumFrame } from './forum-frames.js';

type Result<Name extends CommandName> = Commands[Name]['result'];

/** Events that wait until it is known who the contacts are; more than that come only to a client that reads too slowly. */
const MOST_HELD = 2_000;
/** Frames that wait likewise, or for a first message that makes a conversation. */
const MOST_WAITING = 100;
/** Changes of who is online within this time are told together. */
const GATHER_MS = 1_000;
/** No conversation has this id. */
const NOWHERE = '00000000-0000-7000-8000-000000000000';
const NOTHING: readonly never[] = [];
/** What all frames of messages are kept under. */
const FRAMES = {};

/** The message types of a forum: direct conversations, each named by the other person. */
export class ForumWire implements Wire {
  private ready: Events['ready'] | null = null;
  private readonly contacts = new Contacts();
  /** Null once the contacts are known. */
  private held: OutgoingEvent[] | null = [];
  /** Whether a frame has to wait until what came before it is done. */
  private isBusy = true;
  private waiting: string[] = [];
  private waitingCharacters = 0;
  /** Ids of messages that this connection sent, whose event it does not need: their acknowledgement has them. */
  private readonly own = new Set<string>();
  /** Commands without an answer. */
  private underWay = 0;
  private isLeaving = false;
  private retry: NodeJS.Timeout | null = null;
  private gathering: NodeJS.Timeout | null = null;

  constructor(
    private readonly line: Line,
    /** The `Cookie` header of its request. */
    private readonly cookies: string,
  ) {}

  begin(): void {
    this.line.connect([{ session: this.cookies }]);
  }

  receive(text: string): void {
    if (this.isLeaving) return;
    if (this.isBusy) this.wait(text);
    else this.handle(text);
  }

  receiveBinary(): void {
    if (!this.isLeaving) this.refuse(null, invalid('', 'A frame is text.'));
  }

  connected(): readonly Frame[] {
    return NOTHING;
  }

  refused(error: ErrorObject): readonly Frame[] {
    return [forumFrame('leave', { error })];
  }

  event(event: OutgoingEvent): readonly Frame[] {
    if (event.name === 'server:closing') return [forumFrame('leave', event.payload as Events['server:closing'])];
    if (event.name === 'ready') this.load(event.payload as Events['ready']);
    if (!(event.name in this.tellers)) return NOTHING;
    if (!this.held) return this.told(event);
    this.held.push(event);
    if (this.held.length === MOST_HELD) this.line.end(new ParleyError('slow_consumer'));
    return NOTHING;
  }

  closed(): void {
    this.isLeaving = true;
    this.waiting = [];
    if (this.retry) clearTimeout(this.retry);
    if (this.gathering) clearTimeout(this.gathering);
  }

  private get userId(): string {
    return this.ready?.userId ?? '';
  }

  private wait(text: string): void {
    this.waiting.push(text);
    this.waitingCharacters += text.length;
    if (this.waiting.length > MOST_WAITING || this.waitingCharacters > LIMITS.frameBytes)
      this.line.end(new ParleyError('rate_limited', { retryAfterMs: 1_000 }));
  }

  /** Handles what waited, in its order. */
  private goOn(): void {
    this.isBusy = false;
    while (!this.isBusy && !this.isLeaving) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.waitingCharacters -= next.length;
      this.handle(next);
    }
  }

  private load(ready: Events['ready']): void {
    this.ready = ready;
    this.readContacts({ conversations: {} });
  }

  /** All conversations of the user, page by page, as any client fetches them. */
  private readContacts(question: SyncBody): void {
    this.line.run('sync', question, (answer) => {
      const read = answer.read<Result<'sync'>>();
      if (!read.success) return this.notRead(question, read.error);
      for (const item of read.added) this.contacts.add(item);
      if (!read.hasMore) return this.opened();
      queueMicrotask(() => this.readContacts({ conversations: {}, cursor: read.cursor }));
      return NOTHING;
    });
  }

  private notRead(question: SyncBody, { code, message, retryAfterMs }: ErrorObject): readonly Frame[] {
    if (code !== 'rate_limited') this.line.end(new ParleyError(code, { message }));
    else if (!this.isLeaving) this.retry = setTimeout(() => this.readContacts(question), retryAfterMs).unref();
    return NOTHING;
  }

  private opened(): readonly Frame[] {
    const held = this.held ?? [];
    this.held = null;
    queueMicrotask(() => this.goOn());
    const later = held.flatMap((event) => this.told(event));
    return [...this.welcome(), ...later];
  }

  private welcome(): readonly Frame[] {
    const { messagesPerSecond = 0, messagesPerMinute = 0 } = this.ready?.limits ?? {};
    const limits = { contentCharacters: FORUM_CHARACTERS, messagesPerSecond, messagesPerMinute };
    return [forumFrame('join', { userId: this.userId, limits }), this.onlineUsers()];
  }

  private onlineUsers(): string {
    return forumFrame('online_users', { users: this.contacts.online });
  }

  private tellOnlineSoon(): void {
    this.gathering ??= setTimeout(() => {
      this.gathering = null;
      this.line.send(this.onlineUsers());
    }, GATHER_MS).unref();
  }

  private told(event: OutgoingEvent): readonly Frame[] {
    return this.tellers[event.name]?.(event.payload as never, event) ?? NOTHING;
  }

  /** What the connection is sent of each event; of all others nothing. */
  private readonly tellers: {
    [Name in EventName]?: (payload: Events[Name], event: OutgoingEvent) => readonly Frame[];
  } = {
    'message:new': ({ message }, event) => {
      const peer = this.contacts.peerIn(message.conversationId);
      if (peer === null || message.type === 'system') return NOTHING;
      const isMine = message.senderId === this.userId;
      if (isMine && this.own.delete(message.clientMessageId)) return NOTHING;
      const receiverId = isMine ? peer : this.userId;
      return event.encodedFor(FRAMES, () => forumFrame('private_message', privateMessage(message, receiverId)));
    },
    'conversation:created': ({ conversation }) => {
      const added = this.contacts.add(conversation);
      if (!added?.isOnline) return NOTHING;
      this.tellOnlineSoon();
      return [forumFrame('user_online', { user: added.user })];
    },
    'status:online': ({ userId }) => {
      const user = this.contacts.setOnline(userId, true);
      if (!user) return NOTHING;
      this.tellOnlineSoon();
      return [forumFrame('user_online', { user })];
    },
    'status:offline': ({ userId, lastSeenAt }) => {
      if (!this.contacts.setOnline(userId, false)) return NOTHING;
      this.tellOnlineSoon();
      return [forumFrame('user_offline', { userId, lastSeenAt })];
    },
    'user:updated': ({ user }) => {
      if (this.contacts.rename(user)) this.tellOnlineSoon();
      return NOTHING;
    },
    'typing:update': ({ conversationId, userIds }) => {
      const changed = this.contacts.setTyping(conversationId, userIds);
      if (!changed) return NOTHING;
      return [forumFrame(changed.isTyping ? 'typing_start' : 'typing_stop', { userId: changed.userId })];
    },
  };

  private handle(text: string): void {
    const frame = readForumFrame(text);
    if ('fault' in frame) return this.refuse(frame.type, frame.fault);
    // No command is called so: it is charged and refused as one that there is not.
    if ('isUnknown' in frame) return this.run(`forum ${frame.type}` as CommandName, {}, { frame, done: () => NOTHING });
    switch (frame.type) {
      case 'join':
        return this.run('presence:idle', { isIdle: false }, { frame, done: () => this.welcome() });
      case 'leave':
        return this.leave();
      case 'private_message':
        return this.send(frame);
      case 'load_history':
        return this.loadHistory(frame);
      case 'typing_start':
        return this.run('typing:start', this.placeOf(frame.data.userId), { frame, done: () => NOTHING });
      case 'typing_stop':
        return this.run('typing:stop', this.placeOf(frame.data.userId), { frame, done: () => NOTHING });
    }
  }

  private refuse(type: string | null, fault: ParleyError): void {
    this.line.refuse(fault, (answer) => {
      const read = answer.read();
      return read.success ? NOTHING : [failedFrame(type, read.error)];
    });
  }

  /** The direct conversation with them; of somebody with whom there is none, one that there is not. */
  private placeOf(userId: unknown): { conversationId: unknown } {
    if (!isUuid(userId)) return { conversationId: userId };
    return { conversationId: this.contacts.conversationWith(userId.toLowerCase()) ?? NOWHERE };
  }

  /** A first message makes the conversation: what comes behind it waits, so that it stays behind it. */
  private send(frame: ForumFrame): void {
    const { receiverId, content, clientMessageId = randomUUID() } = frame.data;
    const receiver = typeof receiverId === 'string' ? receiverId.toLowerCase() : '';
    const conversationId = this.contacts.conversationWith(receiver);
    const id = typeof clientMessageId === 'string' ? clientMessageId.toLowerCase() : '';
    this.own.add(id);
    this.isBusy = conversationId === null;
    const to = conversationId === null ? { receiverId } : { conversationId };
    this.run(
      'message:send',
      { ...to, content, clientMessageId },
      {
        frame,
        done: (result) => [this.delivered(frame, result)],
        always: ({ success, ...rest }) => {
          if (!success || (rest as Result<'message:send'>).duplicate) this.own.delete(id);
          if (conversationId === null) queueMicrotask(() => this.goOn());
        },
      },
    );
  }

  private delivered({ data }: ForumFrame, sent: Result<'message:send'>): string {
    const { messageId, seq, duplicate, message } = sent;
    return forumFrame('message_delivered', {
      clientMessageId: (data.clientMessageId as string | undefined) ?? sent.clientMessageId,
      messageId,
      seq,
      duplicate,
      ...(message && { message: privateMessage(message, String(data.receiverId).toLowerCase()) }),
    });
  }

  private loadHistory(frame: ForumFrame): void {
    const { userId, ...page } = frame.data;
    const place = this.placeOf(userId);
    const loaded = ({
      items,
      hasMore,
      nextCursor,
    }: Pick<Result<'conversation:open'>, 'items' | 'hasMore' | 'nextCursor'>) => {
      const peer = String(userId).toLowerCase();
      const messages = items
        .filter(({ type }) => type !== 'system')
        .map((message) => privateMessage(message, message.senderId === peer ? this.userId : peer));
      return [forumFrame('history_loaded', { userId: peer, messages, hasMore, before: nextCursor })];
    };
    this.run(
      'conversation:open',
      { ...place, ...page },
      {
        frame,
        done: loaded,
        otherwise: ({ code }) =>
          code === 'not_found' && place.conversationId === NOWHERE
            ? loaded({ items: [], hasMore: false, nextCursor: null })
            : null,
      },
    );
  }

  private leave(): void {
    this.isLeaving = true;
    if (this.underWay === 0) this.line.leave();
  }

  private run<Name extends CommandName>(
    name: Name,
    payload: object,
    { frame, done, otherwise, always }: Course<Name>,
  ): void {
    this.underWay += 1;
    this.line.run(name, payload, (answer: Answer) => {
      const ack = answer.read<Result<Name>>();
      always?.(ack);
      this.underWay -= 1;
      if (this.isLeaving && this.underWay === 0) queueMicrotask(() => this.line.leave());
      if (ack.success) return done(ack);
      return otherwise?.(ack.error) ?? [failedFrame(frame.type, ack.error, 'data' in frame ? frame.data : {})];
    });
  }
}

/** What becomes of a frame of the client. */
interface Course<Name extends CommandName> {
  readonly frame: { type: string; data?: ForumFrame['data'] };
  /** What is answered where its command succeeds. */
  readonly done: (result: Result<Name>) => readonly Frame[];
  /** What is answered where it does not; null: that it failed. */
  readonly otherwise?: (error: ErrorObject) => readonly Frame[] | null;
  /** Called before either. */
  readonly always?: (ack: Ack<Result<Name>>) => void;
}
