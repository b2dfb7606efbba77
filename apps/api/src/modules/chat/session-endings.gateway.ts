import { Inject, type OnApplicationShutdown } from '@nestjs/common';
import { type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { LOG } from '../../kernel/log.js';
import { closeForGood } from '../../realtime/closing.js';
import { Feeds } from '../../realtime/feed/feeds.js';
import type { ParleyServer, ParleySocket } from '../../realtime/socket.js';
import { type SessionEnded, SessionEvents } from '../auth/index.js';

/** How late an ending may come to light that another node could not tell of. */
const REVIEW_MS = 15_000;
const AT_A_TIME = 5_000;
/** Between nodes only. */
const ENDED = 'session:ended';

/** Tokens that are no longer good take their sockets with them, on every node. */
@WebSocketGateway()
export class SessionEndings implements OnGatewayInit<ParleyServer>, OnApplicationShutdown {
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly events: SessionEvents,
    private readonly feeds: Feeds,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  afterInit(io: ParleyServer): void {
    this.stops.push(
      this.events.onEnded((ended) => {
        if (this.config.redisUrl && !ended.heard) io.serverSideEmit(ENDED, ended.userId, ended.sessionId);
        this.close(ended);
      }),
    );
    io.on(ENDED, (userId: unknown, sessionId: unknown) => {
      if (typeof userId !== 'string' || (sessionId !== null && typeof sessionId !== 'string')) return;
      this.events.ended({ userId, sessionId, heard: true });
    });
    const timer = setInterval(() => void this.review([...io.of('/').sockets.values()]), REVIEW_MS).unref();
    this.stops.push(() => clearInterval(timer));
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }

  /** Asks the database about everyone who is connected: what another node ended while Redis was away is found so. */
  private async review(sockets: readonly ParleySocket[]): Promise<void> {
    try {
      for (let at = 0; at < sockets.length; at += AT_A_TIME) {
        const principals = sockets.slice(at, at + AT_A_TIME).flatMap(({ data }) => data.principal ?? []);
        for (const ended of await this.events.endedAmong(principals)) this.events.ended(ended);
      }
    } catch (fault) {
      this.log.warn({ err: fault }, 'sessions could not be reviewed; it will be tried again');
    }
  }

  private close({ userId, sessionId }: SessionEnded): void {
    for (const socket of this.feeds.socketsOf(userId)) {
      if (sessionId !== null && socket.data.principal.sessionId !== sessionId) continue;
      closeForGood(socket, new ParleyError('unauthenticated', { message: 'The session was ended.' }));
    }
  }
}
