import type { Message } from '@parley/protocol';
import type { RestClient } from '@parley/testkit';
import type { Crowd, TakenLine } from './crowd.js';
import { isRightlyRefused, mayHoldHtml } from './expectations.js';
import type { LiveReader } from './live-reader.js';

interface ChangedLine {
  number: number;
  sent: string;
  stored: string;
}

export interface Comparison {
  /** Rows of the history, system messages included. */
  rows: number;
  systemRows: number;
  same: number;
  /** Differ from what was sent, and hold HTML: as they should. */
  changedHtml: ChangedLine[];
  /** Look like HTML and came back to the letter: code, a lone `script`, a tag that is none. */
  unchangedHtml: number;
  /** Code → lines, of those that had to be refused. */
  refused: Record<string, number[]>;
  /** Everything that must not be: sentences. */
  faults: string[];
}

type Sent = Pick<Crowd, 'taken' | 'refused' | 'faults' | 'userIdOf'>;
type Watched = Pick<LiveReader, 'seen' | 'faults' | 'faultCount'>;

/** Reads the whole history back over REST and holds it against the input, the acks and what the readers saw. */
export async function compare(
  rest: Pick<RestClient, 'history'>,
  conversationId: string,
  crowd: Sent,
  readers: Watched[],
): Promise<Comparison> {
  const comparison = new HistoryComparison(crowd, readers);
  for await (const page of rest.history(conversationId)) for (const message of page.items) comparison.row(message);
  return comparison.end();
}

class HistoryComparison {
  private readonly result: Comparison = {
    rows: 0,
    systemRows: 0,
    same: 0,
    changedHtml: [],
    unchangedHtml: 0,
    refused: {},
    faults: [],
  };
  private readonly found = new Set<number>();
  private readonly lastOf = new Map<string, number>();
  private lastSeq = 0;

  constructor(
    private readonly crowd: Sent,
    private readonly readers: Watched[],
  ) {
    this.result.faults.push(...crowd.faults);
  }

  row(message: Message): void {
    const { seq } = message;
    this.result.rows += 1;
    if (seq !== this.lastSeq + 1) this.fault(`seq ${seq} follows ${this.lastSeq} in the history.`);
    this.lastSeq = seq;
    for (const [index, reader] of this.readers.entries()) {
      if (reader.seen[seq - 1] !== message.id) {
        this.fault(`Reader ${index + 1} saw ${reader.seen[seq - 1] ?? 'nothing'} as number ${seq}, not ${message.id}.`);
      }
    }
    const line = this.crowd.taken.get(seq);
    if (line) this.line(line, message);
    else if (message.type === 'system') this.result.systemRows += 1;
    else this.fault(`seq ${seq} is nobody's line: ${JSON.stringify(message.content)}`);
  }

  end(): Comparison {
    for (const [seq, line] of this.crowd.taken) {
      if (!this.found.has(seq)) this.fault(`Line ${line.number} was acked as seq ${seq} and is not in the history.`);
    }
    for (const { number, text, error } of this.crowd.refused) {
      (this.result.refused[error.code] ??= []).push(number);
      if (isRightlyRefused(text, error.code)) continue;
      this.fault(`Line ${number} was refused with ${error.code} (${error.message}): ${JSON.stringify(text)}`);
    }
    for (const [index, reader] of this.readers.entries()) {
      if (reader.seen.length !== this.result.rows) {
        this.fault(`Reader ${index + 1} saw ${reader.seen.length} messages of ${this.result.rows}.`);
      }
      for (const fault of reader.faults) this.fault(`Reader ${index + 1}: ${fault}.`);
      if (reader.faultCount > reader.faults.length)
        this.fault(`Reader ${index + 1}: ${reader.faultCount} faults in all.`);
    }
    return this.result;
  }

  private line(line: TakenLine, message: Message): void {
    this.found.add(message.seq);
    if (message.id !== line.messageId)
      this.fault(`Line ${line.number}: acked as ${line.messageId}, stored as ${message.id}.`);
    if (message.clientMessageId !== line.clientMessageId)
      this.fault(`Line ${line.number} has another clientMessageId.`);
    if (message.senderId !== this.crowd.userIdOf(line.nick)) this.fault(`Line ${line.number} is by another sender.`);
    const before = this.lastOf.get(line.nick) ?? 0;
    if (line.number < before) this.fault(`Line ${line.number} of ${line.nick} comes after its line ${before}.`);
    this.lastOf.set(line.nick, line.number);
    this.content(line, message);
  }

  private content({ number, text }: TakenLine, { content }: Message): void {
    const html = mayHoldHtml(text);
    if (content === text) {
      this.result.same += 1;
      if (html) this.result.unchangedHtml += 1;
    } else if (html) this.result.changedHtml.push({ number, sent: text, stored: content });
    else this.fault(`Line ${number} differs: sent ${JSON.stringify(text)}, stored ${JSON.stringify(content)}`);
  }

  private fault(sentence: string): void {
    this.result.faults.push(sentence);
  }
}
