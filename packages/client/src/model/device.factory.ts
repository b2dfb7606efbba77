import type { Events, Message, MessagePage, SyncAnswer, SyncBody } from '@parley/protocol';
import type { PageTicket, PageWish } from './message-pages.js';
import { type MembersTicket, Model } from './model.js';
import type { ReferenceServer } from './reference-server.factory.js';
import type { CursorMove } from './snapshots.js';

/** For specs: one device of a user, and what is on its way to it. */

export type Frame = { [Name in keyof Events]: { name: Name; payload: Events[Name] } }[keyof Events];

interface PageUnderWay {
  readonly conversationId: string;
  readonly ticket: PageTicket;
  /** Null until the server looked; it may say that the conversation is not theirs. */
  answer: MessagePage | 'refused' | null;
}

interface MembersUnderWay {
  readonly conversationId: string;
  readonly ticket: MembersTicket;
  answer: ReturnType<ReferenceServer['detail']> | undefined;
}

/** Questions are asked, looked at by the server and answered in separate steps, so that anything may come between. */
export class Device {
  readonly moves: CursorMove[] = [];
  readonly frames: Frame[] = [];
  readonly acks: Message[] = [];
  readonly model: Model;
  /** Frames since the connection began: nobody can notice the loss of the last ones. */
  hasLost = false;
  private question: SyncBody | null = null;
  private answer: SyncAnswer | null = null;
  private readonly pages: PageUnderWay[] = [];
  private readonly members: MembersUnderWay[] = [];
  private readonly closers = new Map<string, () => void>();

  constructor(
    readonly userId: string,
    readonly server: ReferenceServer,
    rowLimits?: { tail: number; window: number },
  ) {
    this.model = new Model({ onAdvance: (move) => this.moves.push(move), rowLimits });
    server.listen(userId, (name, payload) => this.frames.push({ name, payload } as Frame));
    this.reconnect();
  }

  /** What was on its way on the old connection is lost; pages and members come by another way. */
  reconnect(): void {
    this.frames.length = 0;
    this.hasLost = false;
    this.question = null;
    this.answer = null;
    this.model.begin({ userId: this.userId, epoch: this.server.epoch });
  }

  lose(at: number, count: number): void {
    if (this.frames.splice(at, count).length > 0) this.hasLost = true;
  }

  hear(count = this.frames.length): void {
    for (const frame of this.frames.splice(0, count)) this.model.applyEvent(frame.name, frame.payload);
  }

  /** One step of a sync: the question, the server's picture, the answer. */
  stepSync(): void {
    if (this.answer && this.question) {
      this.model.applySync(this.question, this.answer);
      this.question = null;
      this.answer = null;
    } else if (this.question) {
      this.answer = this.server.sync(this.userId, this.question);
    } else {
      this.question = this.model.nextQuestion();
    }
  }

  /** Until there is nothing to ask. */
  sync(): void {
    for (let steps = 0; steps < 3_000; steps += 1) {
      this.stepSync();
      if (!this.question) return;
      while (this.question) this.stepSync();
    }
    throw new Error('there is always something more to ask');
  }

  askPage(conversationId: string, wish: PageWish): void {
    const ticket = this.model.beginPage(conversationId, wish);
    if (ticket) this.pages.push({ conversationId, ticket, answer: null });
  }

  stepPage(): void {
    const page = this.pages[0];
    if (!page) return;
    if (page.answer === null) {
      page.answer = this.look(page);
      return;
    }
    this.pages.shift();
    if (page.answer === 'refused') page.ticket.fail(null);
    else page.ticket.end(page.answer);
  }

  page(conversationId: string, wish: PageWish): void {
    this.askPage(conversationId, wish);
    while (this.pages.length > 0) this.stepPage();
  }

  askMembers(conversationId: string): void {
    const ticket = this.model.beginMembers(conversationId);
    if (ticket) this.members.push({ conversationId, ticket, answer: undefined });
  }

  stepMembers(): void {
    const members = this.members[0];
    if (!members) return;
    const { ticket } = members;
    if (members.answer === undefined) {
      members.answer = this.server.detail(this.userId, members.conversationId);
      return;
    }
    this.members.shift();
    if (members.answer === null) ticket.fail();
    else ticket.end(members.answer);
  }

  openMembers(conversationId: string): void {
    this.askMembers(conversationId);
    while (this.members.length > 0) this.stepMembers();
  }

  /** Looks at a conversation's messages, or away. */
  toggle(conversationId: string): void {
    const close = this.closers.get(conversationId);
    close?.();
    if (close) this.closers.delete(conversationId);
    else
      this.closers.set(
        conversationId,
        this.model.messages(conversationId).subscribe(() => undefined),
      );
  }

  messages(conversationId: string) {
    return this.model.messages(conversationId).getSnapshot();
  }

  conversation(conversationId: string) {
    return this.model.conversation(conversationId).getSnapshot();
  }

  private look({ conversationId, ticket }: PageUnderWay): MessagePage | 'refused' {
    if (!this.server.detail(this.userId, conversationId)) return 'refused';
    return this.server.page(this.userId, conversationId, ticket.request);
  }
}

/** A device that has just fetched everything. */
export function freshDevice(userId: string, server: ReferenceServer): Device {
  const device = new Device(userId, server);
  device.sync();
  for (const { id } of device.model.conversations.getSnapshot().items) openWhole(device, id);
  return device;
}

/** Fetches all members and messages of a conversation. */
export function openWhole(device: Device, conversationId: string): void {
  device.openMembers(conversationId);
  while (device.messages(conversationId).hasOlder) device.page(conversationId, 'older');
}
