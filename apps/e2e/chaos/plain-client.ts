import { setTimeout as sleep } from 'node:timers/promises';
import type { EventName, Events, MessagePage } from '@parley/protocol';
import { openClient, type Transport, type TransportClient } from '@parley/testkit';
import type { ManagerOptions, SocketOptions } from 'socket.io-client';

/** How the client connects, beside its defaults. */
export interface PlainOptions {
  transport?: Transport;
  reconnection?: boolean;
  /** More for Socket.IO's own client. */
  socketIo?: Partial<ManagerOptions & SocketOptions>;
}

export interface Follows {
  conversation: string;
  /** The conversation's version that it begins with: of all before it, it has seen the messages. */
  version: number;
}

const RETRY_MS = 500;
const LOOK_MS = 20;
const ANSWER_MS = 10_000;
/** The largest page, and how long it may take over REST. */
const PAGE = 100;
const PAGE_MS = 60_000;

/**
 * What a newcomer would write in an hour: a client of the transport, and one rule of our protocol about what it has
 * missed. Over Socket.IO it sends `sync` after each `ready`, over `/ws` it names its last `seq` in the address, over STOMP
 * it reads by REST what came since, once it has subscribed.
 */
export class PlainClient {
  /** The messages that it knows of, by `seq`. */
  readonly seen = new Set<number>();
  /** Why connections ended, oldest first: Socket.IO's reason, or the code of the close and its own reason. */
  readonly closings: string[] = [];
  /** Codes of `server:closing`, oldest first. */
  readonly reasons: string[] = [];
  /** Ids of users whose `status:offline` it has received. */
  readonly gone = new Set<string>();
  readonly transport: Transport;
  /** How often it was let in. */
  readies = 0;
  /** When it last had caught up, in milliseconds of `performance.now()`. */
  caughtUpAt = 0;
  /** Events that came on one connection and skipped a version: the server promises that there are none. */
  holes = 0;
  isCaughtUp = false;
  private readonly client: TransportClient;
  private heard: number | null = null;
  private cursor: number;
  /** The last message before the first that it does not know of. */
  private seq = 0;

  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly follows: Follows,
    { transport = 'socketio', ...options }: PlainOptions = {},
  ) {
    this.transport = transport;
    this.cursor = follows.version;
    const { conversation } = follows;
    const how = { url, token, follows: { conversation, afterSeq: () => this.seq }, ...options };
    this.client = openClient(transport, how, {
      opened: () => undefined,
      received: (name, payload) => this.take(name, payload),
      lost: (reason) => {
        this.closings.push(reason);
        this.isCaughtUp = false;
        this.heard = null;
      },
    });
  }

  get isConnected(): boolean {
    return this.client.isConnected;
  }

  close(): void {
    this.client.close();
  }

  /** Reads the history from its newest message back. Returns how many messages came before it was cut or time was over. */
  async readBack(seconds: number): Promise<number> {
    const end = performance.now() + seconds * 1_000;
    let count = 0;
    for (let before: string | undefined; performance.now() < end; ) {
      const page = await this.page({ limit: PAGE, before }, end - performance.now());
      if (!page) return count;
      count += page.items.length;
      if (page.nextCursor === null) return count;
      before = page.nextCursor;
    }
    return count;
  }

  private take(name: EventName, payload: Events[EventName]): void {
    if (name === 'ready') {
      this.readies += 1;
      void this.catchUp(this.readies);
    } else if (name === 'status:offline') this.gone.add((payload as Events['status:offline']).userId);
    else if (name === 'server:closing') this.reasons.push((payload as Events['server:closing']).error.code);
    const { conversationId, version } = payload as { conversationId?: string; version?: number };
    if (conversationId !== this.follows.conversation || version === undefined) return;
    if (name === 'message:new') this.see([(payload as Events['message:new']).message]);
    this.hear(version);
  }

  private see(messages: readonly { seq: number }[]): void {
    for (const { seq } of messages) this.seen.add(seq);
    while (this.seen.has(this.seq + 1)) this.seq += 1;
  }

  private hear(version: number): void {
    if (this.heard !== null && version !== this.heard + 1) this.holes += 1;
    this.heard = version;
    // Before it has caught up, what came is beyond a gap that is still to be filled.
    if (this.isCaughtUp) this.cursor = version;
  }

  private async catchUp(turn: number): Promise<void> {
    const isOver = () => turn !== this.readies || !this.client.isConnected;
    for (let hasMore = true; hasMore; ) {
      const answer = await this.ask().catch(() => null);
      if (isOver()) return;
      if (answer === null) await sleep(RETRY_MS);
      else hasMore = answer;
    }
    this.cursor = Math.max(this.cursor, this.heard ?? 0);
    this.isCaughtUp = true;
    this.caughtUpAt = performance.now();
  }

  /** Whether there is more to bring; null where it was refused. */
  private ask(): Promise<boolean | null> {
    if (this.transport === 'websocket') return this.replayed();
    return this.transport === 'stomp' ? this.fetched() : this.sync();
  }

  private async sync(): Promise<boolean | null> {
    const { conversation } = this.follows;
    const question = { conversations: { [conversation]: { version: this.cursor, receipts: 0 } } };
    const ack = await this.client.ask('sync', question, ANSWER_MS);
    if (!ack.success) return null;
    const news = ack.conversations[conversation];
    if (news && 'messages' in news) this.see(news.messages);
    this.cursor = Math.max(this.cursor, news?.version ?? 0);
    return news?.hasMore ?? false;
  }

  /** What is missing comes by itself, up to the newest message of just now. */
  private async replayed(): Promise<boolean | null> {
    const page = await this.page({ limit: 1 }, ANSWER_MS);
    const newest = page?.items.at(-1)?.seq ?? 0;
    while (this.seq < newest && this.client.isConnected) await sleep(LOOK_MS);
    return page && false;
  }

  private async fetched(): Promise<boolean | null> {
    const path = `/api/conversations/${this.follows.conversation}/messages?after=${this.seq}&limit=${PAGE}`;
    const answer = await fetch(this.url + path, {
      // A connection that was kept from before may be dead without a sign of it.
      headers: { authorization: `Bearer ${this.token}`, connection: 'close' },
      signal: AbortSignal.timeout(PAGE_MS),
    });
    if (!answer.ok) return null;
    const { items, hasMore } = (await answer.json()) as MessagePage;
    this.see(items);
    return hasMore;
  }

  private async page(which: { limit: number; before?: string }, timeoutMs: number): Promise<MessagePage | null> {
    const { limit, before } = which;
    const command = { conversationId: this.follows.conversation, limit, ...(before !== undefined && { before }) };
    const ack = await this.client.ask('conversation:open', command, timeoutMs).catch(() => null);
    return ack?.success ? ack : null;
  }
}
