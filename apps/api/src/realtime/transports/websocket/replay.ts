import type { CommandName, Commands, Events, Message } from '@parley/protocol';
import { ParleyError } from '../../../kernel/errors.js';
import type { Answer } from '../framed/answer.js';
import type { Frame, OutgoingEvent } from '../framed/outgoing-event.js';
import type { Line } from '../framed/wire.js';

/** Where a client wants to go on. */
export type ReplayFrom = { readonly afterSeq: number } | { readonly afterVersion: number };

/** What a replay needs of its wire. */
interface Surroundings {
  line: Line;
  conversationId: string;
  framesOf(event: OutgoingEvent): readonly Frame[];
}

/** Events that wait until the replay is over; more than that come only to a client that reads too slowly. */
const MOST_HELD = 2_000;
const PAGE = 100;

/**
 * Brings a client to the present of its conversation before the first live event of it: what the client would ask for
 * itself, page by page, each once the one before was read. Events wait meanwhile; those that the replay has told are
 * dropped, then and later, since a stream may be behind what was read.
 */
export class Replay {
  private held: OutgoingEvent[] | null = [];
  private waiting: NodeJS.Timeout | null = null;
  /** What has been told. */
  private upTo: { seq: number } | { version: number };

  constructor(
    private readonly from: ReplayFrom,
    private readonly surroundings: Surroundings,
  ) {
    this.upTo = 'afterSeq' in from ? { seq: 0 } : { version: from.afterVersion };
  }

  /** Begins with what `ready` announced. */
  start(ready: Events['ready']): void {
    const { from } = this;
    // With the last one that the client has, so that it is known to be there.
    if ('afterSeq' in from) this.readPage(Math.max(0, from.afterSeq - 1), from.afterSeq);
    else this.sync(from.afterVersion, ready);
  }

  /** Whether the event is not to be sent, now or at all. */
  keeps(event: OutgoingEvent): boolean {
    if (event.conversationId !== this.surroundings.conversationId) return false;
    if (this.isTold(event)) return true;
    if (!this.held) return false;
    this.held.push(event);
    if (this.held.length === MOST_HELD) this.surroundings.line.end(new ParleyError('slow_consumer'));
    return true;
  }

  stop(): void {
    if (this.waiting) clearTimeout(this.waiting);
    this.held = null;
  }

  private readPage(after: number, known: number): void {
    const { conversationId } = this.surroundings;
    const command = { conversationId, after: String(after), limit: PAGE };
    this.ask('conversation:open', command, ({ items, hasMore }) => {
      const seq = items.at(-1)?.seq ?? 0;
      if (seq > 0) this.upTo = { seq };
      const frames = items.filter((message) => message.seq > known).map(created);
      return hasMore ? this.goOn(frames, () => this.readPage(seq, known)) : [...frames, ...this.release()];
    });
  }

  private sync(version: number, { cursor, epoch }: Pick<Events['ready'], 'cursor' | 'epoch'>): void {
    const { conversationId } = this.surroundings;
    const command = { conversations: { [conversationId]: { version, receipts: 0 } }, cursor, epoch };
    this.ask('sync', command, (result, answer) => {
      const state = result.conversations[conversationId];
      const next = state?.version ?? version;
      this.upTo = { version: next };
      const frames = [`{"type":"sync","data":${withoutSuccess(answer.text)}}`];
      const goesOn = () => this.sync(next, { cursor: result.cursor, epoch });
      return state?.hasMore ? this.goOn(frames, goesOn) : [...frames, ...this.release()];
    });
  }

  private goOn(frames: readonly Frame[], next: () => void): readonly Frame[] {
    this.surroundings.line.afterRead(next);
    return frames;
  }

  private ask<Name extends CommandName>(
    name: Name,
    payload: Commands[Name]['payload'],
    then: (result: Commands[Name]['result'], answer: Answer) => readonly Frame[],
  ): void {
    this.surroundings.line.run(name, payload, (answer) => {
      const read = answer.read<Commands[Name]['result']>();
      if (read.success) return then(read, answer);
      const { code, message, retryAfterMs } = read.error;
      if (code === 'rate_limited' && this.held)
        this.waiting = setTimeout(() => this.ask(name, payload, then), retryAfterMs).unref();
      else this.surroundings.line.end(new ParleyError(code, { message }));
      return [];
    });
  }

  /** In the place of the last answer: what comes later is behind it. */
  private release(): readonly Frame[] {
    const held = this.held ?? [];
    this.held = null;
    return held.filter((event) => !this.isTold(event)).flatMap((event) => this.surroundings.framesOf(event));
  }

  private isTold({ name, payload }: OutgoingEvent): boolean {
    const { upTo } = this;
    if ('version' in upTo)
      return ((payload as { version?: number }).version ?? Number.POSITIVE_INFINITY) <= upTo.version;
    return name === 'message:new' && (payload as Events['message:new']).message.seq <= upTo.seq;
  }
}

/** As it is now; the numbers of the events that made it so are not stored with it. */
const created = (message: Message): string => {
  const { conversationId, version, senderId: actorId } = message;
  return JSON.stringify({ type: 'message.created', data: { conversationId, version, actorId, message } });
};

const withoutSuccess = (text: string): string => text.replace('"success":true,', '');
