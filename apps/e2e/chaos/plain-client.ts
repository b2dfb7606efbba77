import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Ack,
  ClientToServerEvents,
  MessageNewEvent,
  MessagePage,
  ServerToClientEvents,
  SyncAnswer,
} from '@parley/protocol';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';

/** How the client connects, beside its defaults. */
export type PlainOptions = Partial<ManagerOptions & SocketOptions>;

export interface Follows {
  conversation: string;
  /** The conversation's version that it begins with: of all before it, it has seen the messages. */
  version: number;
}

const RETRY_MS = 500;
/** The largest page. */
const PAGE = 100;

/**
 * What a newcomer would write in an hour: socket.io-client with its defaults, and one rule of our protocol: after each
 * `ready` it sends `sync` from the last version it has received. Reconnecting is left to the library.
 */
export class PlainClient {
  /** The messages that it knows of, by `seq`. */
  readonly seen = new Set<number>();
  /** Why connections ended, oldest first. */
  readonly closings: string[] = [];
  /** Codes of `server:closing`, oldest first. */
  readonly reasons: string[] = [];
  /** Ids of users whose `status:offline` it has received. */
  readonly gone = new Set<string>();
  /** How often it was let in. */
  readies = 0;
  /** When it last had caught up, in milliseconds of `performance.now()`. */
  caughtUpAt = 0;
  /** Events that came on one connection and skipped a version: the server promises that there are none. */
  holes = 0;
  isCaughtUp = false;
  private readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  private heard: number | null = null;
  private cursor: number;

  constructor(
    url: string,
    token: string,
    private readonly follows: Follows,
    options: PlainOptions = {},
  ) {
    this.cursor = follows.version;
    this.socket = io(url, { auth: { token }, forceNew: true, ...options });
    this.socket.on('ready', () => {
      this.readies += 1;
      void this.catchUp(this.readies);
    });
    this.socket.on('disconnect', (reason) => {
      this.closings.push(reason);
      this.isCaughtUp = false;
      this.heard = null;
    });
    this.socket.on('status:offline', ({ userId }) => this.gone.add(userId));
    this.socket.on('server:closing', ({ error }) => this.reasons.push(error.code));
    this.socket.onAny((name: string, payload: { conversationId?: string; version?: number }) => {
      if (payload.conversationId !== follows.conversation || payload.version === undefined) return;
      if (name === 'message:new') this.seen.add((payload as MessageNewEvent).message.seq);
      this.hear(payload.version);
    });
  }

  get isConnected(): boolean {
    return this.socket.connected;
  }

  /** Whether it comes back by itself, or is there. */
  get isActive(): boolean {
    return this.socket.active;
  }

  close(): void {
    this.socket.disconnect();
  }

  /** Reads the history from its newest message back. Returns how many messages came before it was cut or time was over. */
  async readBack(seconds: number): Promise<number> {
    const end = performance.now() + seconds * 1_000;
    const { conversation: conversationId } = this.follows;
    let count = 0;
    for (let before: string | undefined; performance.now() < end; ) {
      const command = { conversationId, limit: PAGE, ...(before === undefined ? {} : { before }) };
      const ack = (await this.socket
        .timeout(end - performance.now())
        .emitWithAck('conversation:open', command)
        .catch(() => null)) as Ack<MessagePage> | null;
      if (!ack?.success) return count;
      count += ack.items.length;
      if (ack.nextCursor === null) return count;
      before = ack.nextCursor;
    }
    return count;
  }

  private hear(version: number): void {
    if (this.heard !== null && version !== this.heard + 1) this.holes += 1;
    this.heard = version;
    // Before it has caught up, what came is beyond a gap that `sync` is still to fill.
    if (this.isCaughtUp) this.cursor = version;
  }

  private async catchUp(turn: number): Promise<void> {
    const { conversation } = this.follows;
    for (let hasMore = true; hasMore; ) {
      const question = { conversations: { [conversation]: { version: this.cursor, receipts: 0 } } };
      const ack = (await this.socket
        .timeout(10_000)
        .emitWithAck('sync', question)
        .catch(() => null)) as Ack<SyncAnswer> | null;
      if (turn !== this.readies || !this.socket.connected) return;
      if (!ack?.success) {
        await sleep(RETRY_MS);
        continue;
      }
      const news = ack.conversations[conversation];
      if (news && 'messages' in news) for (const { seq } of news.messages) this.seen.add(seq);
      this.cursor = Math.max(this.cursor, news?.version ?? 0);
      hasMore = news?.hasMore ?? false;
    }
    this.cursor = Math.max(this.cursor, this.heard ?? 0);
    this.isCaughtUp = true;
    this.caughtUpAt = performance.now();
  }
}
