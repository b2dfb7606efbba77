import type { Ack, ConversationCreatedEvent, MemberRemovedEvent, SendResult, SyncAnswer } from '@parley/protocol';

/** What the server promised for one send. */
export interface Promised {
  clientMessageId: string;
  conversationId: string;
  messageId: string;
  seq: number;
}

/** One answer to `sync`. */
export interface SyncPage {
  answer: SyncAnswer;
  /** UTF-8, as JSON. */
  bytes: number;
}

interface Asked {
  name: string;
  payload: Record<string, unknown>;
}

const FAULTS_KEPT = 20;

/** What goes over one device's connections, before anything disturbs it: what the server sent, not what arrived. */
export class WireLog {
  readonly promised: Promised[] = [];
  readonly syncs: SyncPage[] = [];
  /** Pages of messages requested over a socket. */
  opens = 0;
  /** Sentences: where the server broke the order of a conversation or sent what is none of ours. */
  readonly faults: string[] = [];
  private readonly asked = new Map<number, Asked>();
  /** The version of the last event of each conversation on this connection; null after our removal from it. */
  private readonly versions = new Map<string, number | null>();
  private readonly waiting = new Map<string, () => void>();

  constructor(private readonly userId: () => string | null) {}

  /** A new connection: requests on the one before have no answer any more. */
  opened(): void {
    this.asked.clear();
    this.versions.clear();
  }

  command(id: number, name: string, payload: Record<string, unknown>): void {
    this.asked.set(id, { name, payload });
    if (name === 'conversation:open') this.opens += 1;
  }

  ack(id: number, answer: unknown): void {
    const asked = this.asked.get(id);
    if (!asked) return;
    this.asked.delete(id);
    if (asked.name === 'message:send') this.sent(asked.payload, answer as Ack<SendResult>);
    if (asked.name === 'sync') this.synced(answer as Ack<SyncAnswer>);
  }

  event(name: string, payload: unknown): void {
    if (name === 'conversation:created') {
      const { conversation, version } = payload as ConversationCreatedEvent;
      this.versions.set(conversation.id, version);
      return;
    }
    const { conversationId: id, version } = payload as Partial<MemberRemovedEvent>;
    if (id === undefined || version === undefined) return;
    const last = this.versions.get(id);
    if (last === null) this.fault(`${name} ${version} of conversation ${id} came after our removal from it`);
    else if (last !== undefined && version !== last + 1) {
      this.fault(`${name} of conversation ${id} has version ${version} after ${last}`);
    }
    const isOurs = name === 'member:removed' && (payload as MemberRemovedEvent).userId === this.userId();
    this.versions.set(id, isOurs ? null : version);
  }

  /** Calls back once the send is acked, if it ever is. */
  onAcked(clientMessageId: string, acked: () => void): void {
    this.waiting.set(clientMessageId, acked);
  }

  private sent(payload: Record<string, unknown>, answer: Ack<SendResult>): void {
    if (!answer.success) return;
    const { clientMessageId, messageId, seq } = answer;
    this.promised.push({ clientMessageId, messageId, seq, conversationId: String(payload.conversationId) });
    this.waiting.get(clientMessageId)?.();
    this.waiting.delete(clientMessageId);
  }

  private synced(answer: Ack<SyncAnswer>): void {
    if (answer.success) this.syncs.push({ answer, bytes: Buffer.byteLength(JSON.stringify(answer)) });
  }

  private fault(sentence: string): void {
    if (this.faults.length < FAULTS_KEPT) this.faults.push(sentence);
  }
}
