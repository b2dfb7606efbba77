import { setTimeout as sleep } from 'node:timers/promises';
import { type OutboxStorage, ParleyClient } from '@parley/client';
import { HttpClient } from '../clients/http-client.js';
import type { Recorder } from '../history/recorder.js';
import type { Device, Sent } from './device.contract.js';
import { factsOf } from './durable-events.js';
import { Journal, type Outcome } from './journal.js';
import type { Person } from './person.js';
import { watchedSockets } from './watched-socket.js';

export interface SdkDeviceOptions {
  url: string;
  person: Person;
  recorder: Recorder;
  /** What waits to be sent; in memory where missing. */
  storage?: OutboxStorage;
}

const LOOK_MS = 50;
/** The attempt ends after so long; the client goes on sending the message. */
const SEND_MS = 30_000;
const CHANGE_MS = 5_000;

/** Our own client, as an application uses it: it sends, comes back and catches up by itself. */
export class SdkDevice implements Device {
  readonly name: string;
  readonly person: Person;
  readonly journal: Journal;
  readonly http: HttpClient;
  private readonly client: ParleyClient;
  private readonly versions = new Map<string, number>();

  constructor({ url, person, recorder, storage }: SdkDeviceOptions) {
    this.name = `${person.name}/sdk`;
    this.person = person;
    this.journal = new Journal(recorder, this.name, person.id);
    this.http = new HttpClient(url, person.token);
    this.journal.introduce('sdk');
    this.client = new ParleyClient({
      url,
      getToken: async () => person.token,
      storage,
      openSocket: watchedSockets(this.journal),
      onAdvance: ({ conversationId, from, to, by }) => {
        this.versions.set(conversationId, to);
        this.journal.moved({ conversation: conversationId, from, to, by });
      },
    });
    this.client.conversations.subscribe(() => undefined);
    this.client.start();
  }

  get isReady(): boolean {
    const { state, isBehind } = this.client.connection.getSnapshot();
    return state === 'online' && !isBehind;
  }

  versionOf(conversation: string): number | null {
    return this.client.conversation(conversation).getSnapshot() && (this.versions.get(conversation) ?? null);
  }

  /** How many messages wait or are on their way. */
  get unsent(): number {
    return this.client.sending.getSnapshot().waiting;
  }

  /** The client gives the message its id by itself, and repeats it until it is answered. */
  async send(conversation: string, _clientMessageId: string, text: string): Promise<Outcome<Sent>> {
    const id = this.client.send(conversation, { content: text });
    const until = Date.now() + SEND_MS;
    const entry = () => this.client.unsent().find(({ clientMessageId }) => clientMessageId === id);
    for (let waits = entry(); waits && !waits.failure && Date.now() < until; waits = entry()) await sleep(LOOK_MS);
    if (entry()?.failure) this.client.discard(id);
    // What it became is in the history, written by the socket.
    return { how: 'refused', code: 'told elsewhere' };
  }

  change(_conversation: string, id: string, text: string | null): Promise<Outcome<unknown>> {
    return this.toldElsewhere(text === null ? this.client.delete(id) : this.client.edit(id, { content: text }));
  }

  react(_conversation: string, id: string, emoji: string): Promise<Outcome<unknown>> {
    return this.toldElsewhere(this.client.react(id, emoji));
  }

  async read(conversation: string): Promise<Outcome<unknown>> {
    const seq = this.client.conversation(conversation).getSnapshot()?.lastSeq ?? 0;
    if (seq > 0) this.client.markRead(conversation, seq);
    return { how: 'ok', result: null };
  }

  async page(): Promise<Outcome<unknown>> {
    return { how: 'ok', result: null };
  }

  /** Writes down what it shows of a conversation: its newest messages. */
  async show(conversation: string, timeoutMs: number): Promise<void> {
    const list = this.client.messages(conversation);
    const end = list.subscribe(() => undefined);
    const until = Date.now() + timeoutMs;
    while (!list.getSnapshot().isLoaded && Date.now() < until) await sleep(LOOK_MS);
    for (const item of list.getSnapshot().items) {
      if (item.kind === 'stored') this.journal.row(conversation, factsOf(item.message));
    }
    end();
  }

  async close(): Promise<void> {
    this.journal.close();
    await this.client.stop();
  }

  /** What became of it is in the history, written by the socket. */
  private async toldElsewhere(change: Promise<unknown>): Promise<Outcome<unknown>> {
    const ends = change.then(
      () => undefined,
      () => undefined,
    );
    await Promise.race([ends, sleep(CHANGE_MS)]);
    return { how: 'refused', code: 'told elsewhere' };
  }
}
