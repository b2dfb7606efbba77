import type { ServerToClientEvents } from '@parley/protocol';
import { io, type Socket } from 'socket.io-client';

/** Every event that takes a version, `conversation:created` apart, which is the first. */
const VERSIONED = [
  'message:new',
  'conversation:updated',
  'conversation:archived',
  'member:added',
  'member:updated',
  'member:removed',
] as const;

const FAULTS_KEPT = 20;

/** A member who only watches: remembers the order in which it saw messages, and what was wrong with it. */
export class LiveReader {
  /** Ids of the messages in order of arrival. */
  readonly seen: string[] = [];
  /** Sentences; only the first few, `faultCount` counts all. */
  readonly faults: string[] = [];
  faultCount = 0;
  private version = 0;
  private closing = false;
  private readonly socket: Socket<ServerToClientEvents>;

  constructor(
    url: string,
    token: string,
    private readonly conversationId: string,
  ) {
    this.socket = io(url, { auth: { token }, transports: ['websocket'], forceNew: true, reconnection: false });
    this.socket.on('conversation:created', ({ conversation, version }) => {
      if (conversation.id === conversationId) this.version = version;
    });
    for (const name of VERSIONED) {
      this.socket.on(name, (event: { conversationId: string; version: number }) => this.step(name, event));
    }
    this.socket.on('message:new', ({ conversationId: id, message }) => {
      if (id !== conversationId) return;
      this.seen.push(message.id);
      if (message.seq !== this.seen.length) this.fault(`message:new number ${this.seen.length} has seq ${message.seq}`);
    });
    this.socket.on('disconnect', (reason) => {
      if (!this.closing) this.fault(`disconnected: ${reason}`);
    });
  }

  /** Resolves after `ready`. */
  connected(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.socket.once('ready', () => resolve());
    this.socket.once('connect_error', reject);
    return promise;
  }

  close(): void {
    this.closing = true;
    this.socket.disconnect();
  }

  private step(name: string, event: { conversationId: string; version: number }): void {
    if (event.conversationId !== this.conversationId) return;
    if (event.version !== this.version + 1) this.fault(`${name} has version ${event.version} after ${this.version}`);
    this.version = event.version;
  }

  private fault(sentence: string): void {
    this.faultCount += 1;
    if (this.faults.length < FAULTS_KEPT) this.faults.push(sentence);
  }
}
