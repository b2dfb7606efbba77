import { setTimeout as sleep } from 'node:timers/promises';
import type { MessagePage, SyncAnswer } from '@parley/protocol';
import { HttpClient } from '../clients/http-client.js';
import { hashOf, type Recorder } from '../history/recorder.js';
import type { Transport } from '../transports/transport-client.contract.js';
import type { Device, Sent } from './device.contract.js';
import { type Heard, Journal, type Outcome } from './journal.js';
import { LiveSocket } from './live-socket.js';
import type { Person } from './person.js';
import { Positions } from './positions.js';

export interface SocketDeviceOptions {
  url: string;
  person: Person;
  recorder: Recorder;
  transport: Transport;
  /** Where `url` is that of one node. */
  node?: string;
  /** Called with each message that is new to this device. */
  onMessage?: (clientMessageId: string) => void;
}

const ATTEMPT_MS = 2_000;
const SYNC_MS = 5_000;
const SYNC_PAUSE_MS = 300;
/** Events that wait for a sync; beyond them it is cheaper to sync once more. */
const MOST_HELD = 20_000;

/**
 * A plain client with as little logic as the contract requires: one number a conversation, `sync` after each `ready` and
 * at each hole. Reconnecting is left to the client. Over STOMP it syncs by REST, as its clients have to fetch there.
 */
export class SocketDevice implements Device {
  readonly name: string;
  readonly person: Person;
  readonly journal: Journal;
  readonly http: HttpClient;
  private readonly transport: Transport;
  private readonly live: LiveSocket;
  private readonly positions: Positions;
  private readonly onMessage: (clientMessageId: string) => void;
  /** The events that wait for a sync; null while none is under way. */
  private held: Heard[] | null = [];
  private isSyncing = false;
  private isClosed = false;

  constructor({ url, person, recorder, transport, node, onMessage }: SocketDeviceOptions) {
    this.name = `${person.name}/${transport}`;
    this.person = person;
    this.transport = transport;
    this.journal = new Journal(recorder, this.name, person.id);
    this.http = new HttpClient(url, person.token);
    this.positions = new Positions(this.journal, person.id);
    this.onMessage = onMessage ?? (() => undefined);
    this.journal.introduce('resume', node);
    this.live = new LiveSocket({
      url,
      token: person.token,
      transport,
      journal: this.journal,
      onHeard: (heard) => this.hear(heard),
      onReady: () => void this.catchUp(),
      onLost: () => {
        this.held ??= [];
      },
    });
  }

  /** Connected, and up to date as far as it knows. */
  get isReady(): boolean {
    return this.live.isReady && !this.isSyncing && this.held === null;
  }

  versionOf(conversation: string): number | null {
    return this.positions.versionOf(conversation);
  }

  send(conversation: string, clientMessageId: string, text: string): Promise<Outcome<Sent>> {
    const payload = { conversationId: conversation, clientMessageId, content: text };
    return this.journal.attempt(
      { command: 'send', conversation, clientMessageId, hash: hashOf(text) },
      async () => {
        const { messageId, seq, version, duplicate } = await this.live.command('message:send', payload, ATTEMPT_MS);
        return { id: messageId, seq, version, duplicate };
      },
      (sent) => sent,
    );
  }

  change(conversation: string, id: string, text: string | null): Promise<Outcome<unknown>> {
    const command = text === null ? 'delete' : 'edit';
    return this.journal.attempt(
      { command, conversation, id, hash: hashOf(text ?? '') },
      () =>
        text === null
          ? this.live.command('message:delete', { messageId: id }, ATTEMPT_MS)
          : this.live.command('message:edit', { messageId: id, content: text }, ATTEMPT_MS),
      ({ version }) => ({ version }),
    );
  }

  react(conversation: string, id: string, emoji: string): Promise<Outcome<unknown>> {
    return this.journal.attempt(
      { command: 'react', conversation, id },
      () => this.live.command('reaction:add', { messageId: id, emoji }, ATTEMPT_MS),
      ({ version }) => ({ version }),
    );
  }

  async read(conversation: string): Promise<Outcome<unknown>> {
    const seq = this.positions.lastSeqOf(conversation);
    if (seq < 1) return { how: 'refused', code: 'nothing to read' };
    return this.journal.attempt(
      { command: 'read', conversation, seq },
      () => this.live.command('message:read', { conversationId: conversation, seq }, ATTEMPT_MS),
      ({ lastReadSeq, unreadCount }) => ({ lastReadSeq, unreadCount }),
    );
  }

  page(conversation: string): Promise<Outcome<unknown>> {
    const payload = { conversationId: conversation, limit: 20 };
    return this.journal.attempt(
      { command: 'page', conversation },
      (): Promise<MessagePage> => this.live.command('conversation:open', payload, ATTEMPT_MS),
      ({ items, hasMore }) => ({ last: items.at(-1)?.seq ?? 0, hasMore }),
    );
  }

  close(): void {
    this.isClosed = true;
    this.live.close();
  }

  private hear(heard: Heard): void {
    if (this.held !== null) {
      this.journal.heard(this.live.connection, heard, false);
      // What is dropped is a hole, which the next event shows.
      if (this.held.length < MOST_HELD) this.held.push(heard);
      return;
    }
    const turn = this.positions.take(heard);
    this.journal.heard(this.live.connection, heard, turn === 'apply');
    if (turn === 'apply') this.settle(heard);
    else if (turn === 'hole') {
      this.journal.link('hole', this.live.connection);
      this.held = [heard];
      void this.catchUp();
    } else if (heard.kind !== 'conversation:created') this.journal.link('repeat', this.live.connection);
  }

  private settle(heard: Heard): void {
    this.positions.settle(heard);
    if (heard.kind === 'message:new' && heard.message) this.onMessage(heard.message.clientMessageId);
  }

  /** Syncs until there is no more to come, as long as this connection lasts. */
  private async catchUp(): Promise<void> {
    if (this.isSyncing) return;
    this.isSyncing = true;
    try {
      let goesOn = true;
      while (goesOn && this.live.isReady && !this.isClosed) {
        const { connection } = this.live;
        const answer = await this.sync().catch(() => null);
        if (answer && connection === this.live.connection) {
          this.positions.sync(answer);
          for (const changed of Object.values(answer.conversations)) {
            if ('messages' in changed) for (const row of changed.messages) this.onMessage(row.clientMessageId);
          }
          goesOn = answer.hasMore || !this.drain();
        } else await sleep(SYNC_PAUSE_MS);
      }
    } finally {
      this.isSyncing = false;
    }
    // It came back while the last question was under way.
    if (this.held !== null && this.live.isReady && !this.isClosed) await this.catchUp();
  }

  private sync(): Promise<SyncAnswer> {
    const question = this.positions.question();
    if (this.transport === 'stomp') return this.http.request('POST', '/sync', question, SYNC_MS);
    return this.live.command('sync', question, SYNC_MS);
  }

  /** Takes what waited, in its order; false where there is another hole. */
  private drain(): boolean {
    const held = this.held ?? [];
    for (const [index, heard] of held.entries()) {
      const turn = this.positions.take(heard);
      if (turn === 'hole') {
        this.held = held.slice(index);
        return false;
      }
      if (turn !== 'apply') continue;
      this.journal.applied(heard);
      this.settle(heard);
    }
    this.held = null;
    if (this.live.connection > 1) this.journal.link('resumed', this.live.connection);
    return true;
  }
}
