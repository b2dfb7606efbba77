import type { ConversationListItem, SyncAnswer, SyncBody } from '@parley/protocol';
import { factsOf } from './durable-events.js';
import type { Heard, Journal } from './journal.js';

interface Position {
  version: number;
  receipts: number;
  lastSeq: number;
}

/** `apply`: it is the next one. `hole`: something is missing before it. `ignore`: had already, or none of ours. */
export type Turn = 'apply' | 'hole' | 'ignore';

/** A device's positions: one number for each conversation, moved by the next event or by a sync, and nothing else. */
export class Positions {
  private readonly held = new Map<string, Position>();
  private cursor: number | undefined;
  private epoch: string | undefined;

  constructor(
    private readonly journal: Journal,
    private readonly user: string,
  ) {}

  /** The question to `sync` that brings this up to date. */
  question(): SyncBody {
    const conversations = Object.fromEntries(
      [...this.held].map(([id, { version, receipts }]) => [id, { version, receipts }]),
    );
    return { conversations, cursor: this.cursor, epoch: this.epoch };
  }

  versionOf(conversation: string): number | null {
    return this.held.get(conversation)?.version ?? null;
  }

  lastSeqOf(conversation: string): number {
    return this.held.get(conversation)?.lastSeq ?? 0;
  }

  /** Moves by one event if it is the next one. */
  take(heard: Heard): Turn {
    const { conversation, version, kind, message } = heard;
    const position = this.held.get(conversation);
    if (kind === 'conversation:created') return this.enter(conversation, version, position);
    if (!position || version <= position.version) return 'ignore';
    if (version > position.version + 1) return 'hole';
    position.version = version;
    if (message) position.lastSeq = Math.max(position.lastSeq, message.seq);
    return 'apply';
  }

  /** To be called after an event was applied and written down: the last one of a conversation that we left ends it. */
  settle({ conversation, version, kind, users }: Heard): void {
    if (kind !== 'member:removed' || !users?.includes(this.user)) return;
    if (this.held.get(conversation)?.version === version) this.leave(conversation);
  }

  sync(answer: SyncAnswer): void {
    this.epoch = answer.epoch;
    this.cursor = answer.cursor;
    for (const id of answer.removed) this.leave(id);
    for (const item of answer.added) if (!this.held.has(item.id)) this.start(item);
    for (const [id, changed] of Object.entries(answer.conversations)) {
      const position = this.held.get(id);
      if (!position || !('conversation' in changed)) continue;
      const { messages, version, receipts, conversation, hasMore, reset } = changed;
      for (const message of messages) this.journal.row(id, factsOf(message));
      const from = position.version;
      const lastSeq = hasMore ? undefined : conversation.lastSeq;
      this.journal.moved({ conversation: id, from, to: version, by: reset ? 'reset' : 'sync', lastSeq });
      Object.assign(position, { version, receipts, lastSeq: conversation.lastSeq });
    }
  }

  private enter(conversation: string, version: number, position: Position | undefined): Turn {
    if (position) return version > position.version ? 'hole' : 'ignore';
    this.begin(conversation, { version, receipts: 0, lastSeq: -1 });
    return 'ignore';
  }

  private start({ id, version, receipts, lastSeq }: ConversationListItem): void {
    this.begin(id, { version, receipts, lastSeq });
  }

  private begin(conversation: string, position: Position): void {
    this.held.set(conversation, position);
    const { version, lastSeq } = position;
    this.journal.moved({ conversation, from: 0, to: version, by: 'start', lastSeq });
  }

  private leave(conversation: string): void {
    const position = this.held.get(conversation);
    if (!position) return;
    this.held.delete(conversation);
    this.journal.moved({ conversation, from: position.version, to: position.version, by: 'end' });
  }
}
