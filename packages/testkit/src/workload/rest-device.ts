import type { MarkResult, Message, MessagePage } from '@parley/protocol';
import { HttpClient } from '../clients/http-client.js';
import { hashOf, type Recorder } from '../history/recorder.js';
import type { Device, Sent } from './device.contract.js';
import { Journal, type Outcome } from './journal.js';
import type { Person } from './person.js';

const ATTEMPT_MS = 2_000;
/** The status of a repeat; a new message is answered with 201. */
const REPEATED = 200;

/** A device without a socket: it makes requests and receives no events. */
export class RestDevice implements Device {
  readonly name: string;
  readonly person: Person;
  readonly journal: Journal;
  readonly http: HttpClient;
  readonly isReady = true;
  /** By conversation: up to where its pages reached. */
  private readonly seen = new Map<string, number>();

  constructor({ url, person, recorder }: { url: string; person: Person; recorder: Recorder }) {
    this.name = `${person.name}/rest`;
    this.person = person;
    this.journal = new Journal(recorder, this.name, person.id);
    this.http = new HttpClient(url, person.token);
    this.journal.introduce('rest');
  }

  versionOf(): null {
    return null;
  }

  send(conversation: string, clientMessageId: string, text: string): Promise<Outcome<Sent>> {
    const body = { clientMessageId, content: text };
    return this.journal.attempt(
      { command: 'send', conversation, clientMessageId, hash: hashOf(text) },
      async () => {
        const path = `/conversations/${conversation}/messages`;
        const { status, body: sent } = await this.http.succeed<Message>('POST', path, body, ATTEMPT_MS);
        return { id: sent.id, seq: sent.seq, version: sent.version, duplicate: status === REPEATED };
      },
      (sent) => sent,
    );
  }

  change(conversation: string, id: string, text: string | null): Promise<Outcome<unknown>> {
    return this.journal.attempt(
      { command: text === null ? 'delete' : 'edit', conversation, id, hash: hashOf(text ?? '') },
      () =>
        text === null
          ? this.ask<Message | undefined>('DELETE', `/messages/${id}`)
          : this.ask<Message | undefined>('PATCH', `/messages/${id}`, { content: text }),
      (message) => ({ version: message?.version }),
    );
  }

  react(conversation: string, id: string, emoji: string): Promise<Outcome<unknown>> {
    return this.journal.attempt(
      { command: 'react', conversation, id },
      () => this.ask<unknown>('POST', `/messages/${id}/reactions`, { emoji }),
      () => ({}),
    );
  }

  async read(conversation: string): Promise<Outcome<unknown>> {
    const seq = this.seen.get(conversation) ?? 0;
    if (seq < 1) return this.page(conversation);
    return this.journal.attempt(
      { command: 'read', conversation, seq },
      () => this.ask<MarkResult>('POST', `/conversations/${conversation}/read`, { seq }),
      ({ lastReadSeq, unreadCount }) => ({ lastReadSeq, unreadCount }),
    );
  }

  page(conversation: string): Promise<Outcome<unknown>> {
    const after = this.seen.get(conversation) ?? 0;
    return this.journal.attempt(
      { command: 'page', conversation, after },
      () => this.ask<MessagePage>('GET', `/conversations/${conversation}/messages?after=${after}&limit=100`),
      ({ items, hasMore }) => {
        const last = items.at(-1)?.seq ?? after;
        this.seen.set(conversation, Math.max(last, this.seen.get(conversation) ?? 0));
        return { last, hasMore };
      },
    );
  }

  close(): void {
    this.journal.close();
  }

  private ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.http.request<T>(method, path, body, ATTEMPT_MS);
  }
}
