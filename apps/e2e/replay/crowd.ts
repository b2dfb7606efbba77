import { randomUUID } from 'node:crypto';
import type { ErrorObject } from '@parley/protocol';
import type { LogLine } from './chat-log.js';
import { Speaker } from './speaker.js';

/** A line that the server has taken. */
export interface TakenLine extends LogLine {
  messageId: string;
  clientMessageId: string;
}

export interface RefusedLine extends LogLine {
  error: ErrorObject;
}

export interface CrowdOptions {
  url: URL;
  conversationId: string;
  /** Connections open at a time. */
  connections: number;
  tokenOf: (nick: string) => Promise<string>;
}

/**
 * All speakers of a log. Lines are begun in the order of the log; a speaker's own follow each other, the next after
 * the ack of the one before. Only so many are connected at a time: who was silent longest makes room.
 */
export class Crowd {
  /** By `seq`. */
  readonly taken = new Map<number, TakenLine>();
  readonly refused: RefusedLine[] = [];
  /** How many sends were repeats of one that had no answer or a refusal for now. */
  repeats = 0;
  /** Two acks for one `seq`: sentences. */
  readonly faults: string[] = [];
  private readonly speakers = new Map<string, Speaker>();
  private readonly queues = new Map<Speaker, LogLine[]>();
  /** Connected and silent, the longest silent first. */
  private readonly idle = new Set<Speaker>();
  private connected = 0;
  private outstanding = 0;
  private forRoom: (() => void)[] = [];

  constructor(private readonly options: CrowdOptions) {}

  userIdOf(nick: string): string | null {
    return this.speakers.get(nick)?.userId ?? null;
  }

  get done(): number {
    return this.taken.size + this.refused.length;
  }

  /** Takes a line; waits while as many lines as connections are under way. */
  async say(line: LogLine): Promise<void> {
    while (this.outstanding >= this.options.connections) {
      await new Promise<void>((resolve) => this.forRoom.push(resolve));
    }
    this.outstanding += 1;
    const speaker = this.speakerOf(line.nick);
    const queue = this.queues.get(speaker);
    if (queue) {
      queue.push(line);
      return;
    }
    this.queues.set(speaker, [line]);
    void this.speak(speaker);
  }

  /** Resolves when every line has its answer, then ends all connections. */
  async finish(): Promise<void> {
    while (this.outstanding > 0) await new Promise<void>((resolve) => this.forRoom.push(resolve));
    for (const speaker of this.idle) speaker.leave();
  }

  private speakerOf(nick: string): Speaker {
    let speaker = this.speakers.get(nick);
    if (!speaker) {
      const { url, tokenOf } = this.options;
      speaker = new Speaker(
        nick,
        url,
        () => tokenOf(nick),
        () => (this.repeats += 1),
      );
      this.speakers.set(nick, speaker);
    }
    return speaker;
  }

  private async speak(speaker: Speaker): Promise<void> {
    this.seat(speaker);
    const queue = this.queues.get(speaker) ?? [];
    for (let line = queue[0]; line !== undefined; line = queue[0]) {
      await this.send(speaker, line);
      queue.shift();
      this.outstanding -= 1;
      for (const wake of this.forRoom.splice(0)) wake();
    }
    this.queues.delete(speaker);
    this.idle.add(speaker);
  }

  private async send(speaker: Speaker, line: LogLine): Promise<void> {
    const clientMessageId = randomUUID();
    const { conversationId } = this.options;
    const outcome = await speaker.say({ conversationId, content: line.text, clientMessageId });
    if (!outcome.success) {
      this.refused.push({ ...line, error: outcome.error });
      return;
    }
    const { seq, messageId } = outcome.result;
    const other = this.taken.get(seq);
    if (other) this.faults.push(`Lines ${other.number} and ${line.number} were both acked as seq ${seq}.`);
    this.taken.set(seq, { ...line, messageId, clientMessageId });
  }

  /** Gives the speaker a connection's place: where none is free one is silent, as no more lines than places are open. */
  private seat(speaker: Speaker): void {
    if (this.idle.delete(speaker)) return;
    const [silent] = this.idle;
    if (this.connected < this.options.connections || !silent) {
      this.connected += 1;
      return;
    }
    this.idle.delete(silent);
    silent.leave();
  }
}
