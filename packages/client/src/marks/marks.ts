import type { MarkCommand, MarkResult } from '@parley/protocol';
import { raiseDefect } from '../call-safely.js';
import { backOff } from '../connection/back-off.js';
import { SdkError } from '../sdk-error.js';

export type MarkKind = 'delivered' | 'read';

export interface MarksOptions {
  /** Rejects with `SdkError`. */
  ask: (name: 'message:read' | 'message:delivered', payload: MarkCommand) => Promise<MarkResult>;
  onMarked: (conversationId: string, result: MarkResult) => void;
}

/** One of the two marks of one conversation. */
interface Mark {
  /** Where it is to be. */
  wanted: number;
  /** Where the server has it, as far as is known. */
  known: number;
  /** Where the command that is on its way puts it; 0 without one. */
  asked: number;
  failures: number;
  /** Runs while the next command is not due. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

type Marked = Record<MarkKind, Mark>;

const EVERY_MS = 1_000;
/** After a long absence hundreds of conversations want a mark at the same moment. */
const MOST_AT_ONCE = 8;
/** The server disconnects a client of which it has to refuse hundreds of commands. */
const MOST_FLUSHED = 100;
/** What was read goes first: it may save the other, and of a page that ends only what has left is kept. */
const KINDS = ['read', 'delivered'] as const;
const COMMANDS = { read: 'message:read', delivered: 'message:delivered' } as const;

/**
 * Sends how far this user has received and read: at most one command of each kind a second and conversation, the
 * farthest position wins, a read includes a delivery, and a lost answer is repeated.
 */
export class Marks {
  readonly #byConversation = new Map<string, Marked>();
  #isOnline = false;
  #asking = 0;
  /** Runs while the server takes none of this user's, whatever the conversation. */
  #hold: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: MarksOptions) {}

  /** This device has the conversation up to `seq`. */
  arrived(conversationId: string, seq: number): void {
    this.#want(conversationId, 'delivered', seq);
  }

  read(conversationId: string, seq: number): void {
    this.#want(conversationId, 'read', seq);
  }

  /** The server has a mark there already: moved by another device, or by sending. */
  stands(conversationId: string, kind: MarkKind, seq: number): void {
    const marked = this.#marksOf(conversationId);
    marked[kind].known = Math.max(marked[kind].known, seq);
    if (kind === 'read') marked.delivered.known = Math.max(marked.delivered.known, seq);
  }

  /** We are not in it any more. */
  forget(conversationId: string): void {
    const marked = this.#byConversation.get(conversationId);
    if (!marked) return;
    for (const kind of KINDS) this.#wake(marked[kind]);
    this.#byConversation.delete(conversationId);
  }

  /** Another person is signed in. */
  clear(): void {
    this.#release();
    for (const conversationId of this.#byConversation.keys()) this.forget(conversationId);
  }

  resume(): void {
    this.#isOnline = true;
    for (const [, kind, marked] of this.#all()) {
      marked[kind].failures = 0;
      this.#wake(marked[kind]);
    }
    this.#pump();
  }

  pause(): void {
    this.#isOnline = false;
    this.#release();
    for (const [, kind, marked] of this.#all()) this.#wake(marked[kind]);
  }

  /**
   * Sends at once what waits for its second or for another answer, up to `MOST_FLUSHED` and not while the server refuses
   * them; the rest goes on waiting. Resolves when those sent are answered, or cannot be.
   */
  async flush(): Promise<void> {
    const sent: Promise<void>[] = [];
    for (const [conversationId, kind, marked] of this.#all()) {
      if (this.#mustWait(MOST_FLUSHED)) break;
      if (this.#isAhead(marked, kind)) sent.push(this.#send(conversationId, kind));
    }
    await Promise.all(sent);
  }

  #want(conversationId: string, kind: MarkKind, seq: number): void {
    const mark = this.#marksOf(conversationId)[kind];
    if (seq <= mark.wanted) return;
    mark.wanted = seq;
    this.#pump();
  }

  #pump(): void {
    for (const [conversationId, kind, marked] of this.#all()) {
      if (this.#mustWait(MOST_AT_ONCE)) return;
      if (this.#isDue(marked[kind]) && this.#isAhead(marked, kind)) void this.#send(conversationId, kind);
    }
  }

  #mustWait(most: number): boolean {
    return this.#asking >= most || this.#hold !== undefined;
  }

  #isDue({ asked, timer }: Mark): boolean {
    return asked === 0 && timer === undefined;
  }

  /** Whether there is a position that the server does not have and that is not on its way. */
  #isAhead(marked: Marked, kind: MarkKind): boolean {
    const { wanted, known, asked } = marked[kind];
    if (!this.#isOnline || wanted <= Math.max(known, asked)) return false;
    return kind === 'read' || wanted > marked.read.wanted;
  }

  async #send(conversationId: string, kind: MarkKind): Promise<void> {
    const mark = this.#marksOf(conversationId)[kind];
    const seq = mark.wanted;
    mark.asked = seq;
    this.#asking += 1;
    this.#rest(mark, EVERY_MS);
    try {
      const result = await this.options.ask(COMMANDS[kind], { conversationId, seq });
      mark.failures = 0;
      this.stands(conversationId, 'read', result.lastReadSeq);
      this.stands(conversationId, 'delivered', Math.max(result.lastDeliveredSeq, seq));
      this.options.onMarked(conversationId, result);
    } catch (fault) {
      this.#afterFault(mark, seq, fault);
    }
    if (mark.asked === seq) mark.asked = 0;
    this.#asking -= 1;
    this.#pump();
  }

  #afterFault(mark: Mark, seq: number, fault: unknown): void {
    raiseDefect(fault);
    if (fault instanceof SdkError && fault.retryable) {
      mark.failures += 1;
      // Offline it is repeated with the next connection.
      if (!this.#isOnline) return;
      if (fault.code === 'rate_limited') this.#holdFor(Math.max(EVERY_MS, fault.retryAfterMs ?? 0));
      else this.#rest(mark, fault.retryAfterMs ?? backOff(mark.failures));
      return;
    }
    // Beyond the end, or not our conversation any more: this position will never be taken.
    if (mark.wanted === seq) mark.wanted = mark.known;
  }

  /** The limit is on all marks of this user: to ask for the others meanwhile would be a flood. */
  #holdFor(ms: number): void {
    this.#release();
    this.#hold = setTimeout(() => {
      this.#hold = undefined;
      this.#pump();
    }, ms);
  }

  #release(): void {
    clearTimeout(this.#hold);
    this.#hold = undefined;
  }

  #rest(mark: Mark, ms: number): void {
    this.#wake(mark);
    mark.timer = setTimeout(() => {
      mark.timer = undefined;
      this.#pump();
    }, ms);
  }

  #wake(mark: Mark): void {
    clearTimeout(mark.timer);
    mark.timer = undefined;
  }

  *#all(): Iterable<[string, MarkKind, Marked]> {
    for (const kind of KINDS) {
      for (const [conversationId, marked] of this.#byConversation) yield [conversationId, kind, marked];
    }
  }

  #marksOf(conversationId: string): Marked {
    let marked = this.#byConversation.get(conversationId);
    if (!marked) {
      marked = { read: standing(), delivered: standing() };
      this.#byConversation.set(conversationId, marked);
    }
    return marked;
  }
}

function standing(): Mark {
  return { wanted: 0, known: 0, asked: 0, failures: 0, timer: undefined };
}
