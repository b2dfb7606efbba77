import type { ReceivedEvent } from './received-event.js';

/** What every socket checks in every behaviour: G3, G5 and the shape of broadcasts. */
export class Invariants {
  readonly broken: string[] = [];
  /** By conversation: its latest durable event on this connection. */
  private readonly versions = new Map<string, number>();
  private readonly seqs = new Map<string, { seq: number; createdAt: string }>();
  /** Conversations of which nothing may come: left with `conversation:leave`, or removed from. */
  private readonly silent = new Set<string>();
  private userId = '';

  take(event: ReceivedEvent): void {
    const { name, payload } = event;
    if (name === 'ready') this.userId = payload.userId;
    if (name === 'conversation:created') this.begins(payload.conversation.id, payload.version);
    else if ('conversationId' in payload && payload.conversationId !== null) this.about(payload.conversationId, event);
  }

  /** A new connection: its events are not compared with those of the one before. */
  connected(): void {
    for (const memory of [this.versions, this.seqs, this.silent]) memory.clear();
  }

  left(conversationId: string): void {
    this.silent.add(conversationId);
    for (const memory of [this.versions, this.seqs]) memory.delete(conversationId);
  }

  joins(conversationId: string): void {
    this.silent.delete(conversationId);
  }

  private begins(conversationId: string, version: number): void {
    this.left(conversationId);
    this.silent.delete(conversationId);
    this.versions.set(conversationId, version);
  }

  private about(conversationId: string, { name, payload }: ReceivedEvent): void {
    if (name === 'message:sent' || name === 'unread:updated') return;
    if (this.silent.has(conversationId)) this.break(`${name} came after the end: ${JSON.stringify(payload)}`);
    if ('version' in payload) this.inOrder(name, conversationId, payload.version);
    if (name === 'message:new') this.isNext(conversationId, payload.message);
    if ('message' in payload) this.isForAll(name, payload.message);
    if (name === 'member:removed' && payload.userId === this.userId) this.left(conversationId);
  }

  private inOrder(name: string, conversationId: string, version: number): void {
    const before = this.versions.get(conversationId);
    if (before !== undefined && version !== before + 1) {
      this.break(`${name} had version ${version} after ${before}`);
    }
    this.versions.set(conversationId, version);
  }

  private isNext(conversationId: string, { seq, createdAt }: { seq: number; createdAt: string }): void {
    const before = this.seqs.get(conversationId);
    if (before && seq !== before.seq + 1) this.break(`message ${seq} came after ${before.seq}`);
    if (before && createdAt < before.createdAt) this.break(`message ${seq} is older than the one before it`);
    this.seqs.set(conversationId, { seq, createdAt });
  }

  private isForAll(name: string, message: { status: string; reactions: object[] }): void {
    if (message.status !== 'sent') this.break(`${name} was broadcast with the status ${message.status}`);
    if (message.reactions.some((each) => 'reactedByMe' in each)) this.break(`${name} was broadcast with reactedByMe`);
  }

  private break(what: string): void {
    this.broken.push(what);
  }
}
