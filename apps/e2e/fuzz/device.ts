import { type ClientOptions, type OutboxStorage, ParleyClient } from '@parley/client';
import type { TestUser } from '@parley/testkit';
import { DisturbedLine } from './disturbed-line.js';
import type { Random } from './random.js';
import { SeverableStorage } from './severable-storage.js';
import { WireLog } from './wire-log.js';

type CursorMove = Parameters<NonNullable<ClientOptions['onAdvance']>>[0];

/** A line of a device's own log of versions. A new life of the device begins with an empty store. */
export type Logged = CursorMove | { conversationId: string; by: 'removed'; version: number } | { by: 'life' };

export interface Sending {
  clientMessageId: string;
  conversationId: string;
  /** It lost its place by being sent again after a refusal, or was given up. */
  isOutOfOrder: boolean;
  isDiscarded: boolean;
}

export interface DeviceOptions {
  name: string;
  url: string;
  guest: TestUser;
  /** What its storage is opened with, at each of its starts; what is in it outlives the device. */
  openStorage: () => OutboxStorage;
  random: Random;
}

/** One of a person's devices: an SDK client that crashes, restarts and loses its way, and what it did so far. */
export class Device {
  readonly log: Logged[] = [];
  readonly sendings: Sending[] = [];
  /** Sends that its storage has confirmed. */
  readonly stored = new Set<string>();
  readonly line: DisturbedLine;
  readonly wire: WireLog;
  crashes = 0;
  restarts = 0;
  private running: ParleyClient | null = null;
  private storage: SeverableStorage | null = null;
  private opened = new Map<string, () => void>();

  constructor(private readonly options: DeviceOptions) {
    this.wire = new WireLog(() => options.guest.id);
    this.line = new DisturbedLine(options.url, this.wire, options.random);
  }

  get name(): string {
    return this.options.name;
  }

  get guest(): TestUser {
    return this.options.guest;
  }

  get client(): ParleyClient {
    if (!this.running) throw new Error(`${this.name} is not running.`);
    return this.running;
  }

  /** False for the moment between two lives. */
  get isRunning(): boolean {
    return this.running !== null;
  }

  get isOnline(): boolean {
    const { state, isBehind } = this.client.connection.getSnapshot();
    return state === 'online' && !isBehind;
  }

  start(): void {
    const { url, guest, openStorage } = this.options;
    this.storage = new SeverableStorage(openStorage(), (id) => this.stored.add(id));
    this.log.push({ by: 'life' });
    const client = new ParleyClient({
      url,
      getToken: async () => guest.token,
      storage: this.storage,
      openSocket: this.line.openSocket,
      fetch: this.line.fetch,
      onAdvance: (move) => {
        if (this.running === client) this.log.push(move);
      },
    });
    this.running = client;
    client.on('member:removed', ({ conversationId, userId, version }) => {
      if (userId === guest.id && this.running === client) this.log.push({ conversationId, by: 'removed', version });
    });
    client.conversations.subscribe(() => undefined);
    client.start();
  }

  /** Someone looks at the conversation: its newest messages are loaded. */
  open(conversationId: string): void {
    if (this.opened.has(conversationId)) return;
    const ends = [
      this.client.messages(conversationId).subscribe(() => undefined),
      this.client.conversation(conversationId).subscribe(() => undefined),
    ];
    this.opened.set(conversationId, () => {
      for (const end of ends) end();
    });
  }

  close(conversationId: string): void {
    this.opened.get(conversationId)?.();
    this.opened.delete(conversationId);
  }

  /** `kill -9` and a new start: only what was written to the storage is left. */
  async crash(): Promise<void> {
    const { client, storage } = this;
    this.crashes += 1;
    this.running = null;
    const written = storage?.sever();
    this.line.cut();
    // It is dead: whatever it still does is neither stored nor waited for.
    void client.stop().catch(() => undefined);
    await written;
    this.begin();
  }

  /** Stops as an application does that is closed, and starts anew. */
  async restart(): Promise<void> {
    const { client } = this;
    this.restarts += 1;
    this.running = null;
    await client.stop();
    await this.storage?.sever();
    this.begin();
  }

  async stop(): Promise<void> {
    for (const id of [...this.opened.keys()]) this.close(id);
    await this.client.stop();
    this.running = null;
  }

  /** What waits in its storage, as a client that starts now would find it. A file has one owner: the present life. */
  async outbox(): ReturnType<OutboxStorage['load']> {
    return (await this.storage?.load()) ?? [];
  }

  private begin(): void {
    const opened = [...this.opened.keys()];
    this.opened.clear();
    this.start();
    for (const id of opened) this.open(id);
  }
}
