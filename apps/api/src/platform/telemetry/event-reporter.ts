import { Inject, Injectable } from '@nestjs/common';
import type { ServicePart } from '@parley/protocol';
import type { Logger } from 'pino';
import { faultLevel, ParleyError } from '../../kernel/errors.js';
import { LOG } from '../../kernel/log.js';
import { Counters } from './counters.js';

interface SocketFacts {
  userId: string;
  socketId: string;
  transport: string;
}

/** To whom a refusal was answered, and where. */
interface RefusalFacts {
  userId: string | null;
  transport: string;
  requestId: string;
}

interface CommandFacts extends RefusalFacts {
  /** As the client named it. */
  command: string;
}

interface RequestFacts {
  method: string;
  path: string;
  status: number | 'aborted';
  ms: number;
  userId: string | null;
  requestId: string;
}

/** A method per event of the service. Each feeds the log and the counters, and has one caller. */
@Injectable()
export class EventReporter {
  constructor(
    @Inject(LOG) private readonly log: Logger,
    private readonly counters: Counters,
  ) {}

  connected(socket: SocketFacts): void {
    this.counters.add('connections_total', { transport: socket.transport });
    this.log.info(socket, 'connected');
  }

  disconnected(socket: SocketFacts, reason: string): void {
    this.counters.add('disconnections_total', { transport: socket.transport });
    this.log.info({ ...socket, reason }, 'disconnected');
  }

  bringingInFailed(userId: string, fault: unknown): void {
    this.counters.add('connections_failed_total');
    this.log[faultLevel(fault)]({ userId, err: fault }, 'a socket could not be brought in');
  }

  /** Before a transport saw the request. */
  upgradeRefused({ code }: ParleyError, facts: RefusalFacts): void {
    this.counters.add('connections_refused_total', { at: 'upgrade', code });
    this.log.info({ code, ...facts }, 'refused');
  }

  /** By what the token is. */
  handshakeRefused({ code }: ParleyError, facts: RefusalFacts): void {
    this.counters.add('connections_refused_total', { at: 'handshake', code });
    this.log.info({ code, ...facts }, 'refused');
  }

  handshakeUndecided(error: ParleyError, facts: RefusalFacts): void {
    const { code } = error;
    this.counters.add('connections_refused_total', { at: 'handshake', code });
    this.log[faultLevel(error)]({ code, ...facts, err: error.cause ?? error }, 'a handshake could not be decided');
  }

  /** For having as many connections as a user may. */
  userRefused({ code, extra }: ParleyError, facts: RefusalFacts): void {
    this.counters.add('connections_refused_total', { at: 'user', code });
    this.log.info({ code, ...facts, retryAfterMs: extra.retryAfterMs }, 'refused');
  }

  slowConsumer(facts: RefusalFacts, bytes: number): void {
    this.counters.add('slow_consumers_total', { transport: facts.transport });
    this.log.warn({ code: 'slow_consumer', ...facts, bytes }, 'closed');
  }

  /** It was let through to its handler, and counts with what it costs. */
  commandCharged(labels: { command: string; transport: string }, cost: number): void {
    this.counters.add('commands_total', labels);
    this.counters.add('command_cost_total', labels, cost);
    this.log.trace({ ...labels, cost }, 'charged');
  }

  commandFailed(error: ParleyError, facts: CommandFacts): void {
    const { code } = error;
    this.counters.add('commands_failed_total', { transport: facts.transport, code });
    if (code === 'internal') this.log.error({ code, ...facts, err: error.cause }, 'a command failed');
    else this.log.info({ code, ...facts }, 'refused');
  }

  requestFailed(error: ParleyError, facts: RefusalFacts): void {
    const { code, cause } = error;
    this.counters.add('requests_failed_total', { code });
    if (code === 'internal') this.log.error({ code, ...facts, err: cause }, 'a request failed');
    else if (cause !== undefined && error.status >= 500)
      this.log[faultLevel(error)]({ code, ...facts, err: cause }, 'refused');
    else this.log.info({ code, ...facts }, 'refused');
  }

  requestEnded(facts: RequestFacts): void {
    this.counters.add('requests_total', { status: String(facts.status) });
    this.log[facts.path.startsWith('/health/') ? 'debug' : 'info'](facts, 'request');
  }

  /** A change was committed by this node: `message:new`, `message:edited`, `member:added` …. */
  committed(event: string): void {
    this.counters.add('changes_committed_total', { event });
    this.log.trace({ event }, 'committed');
  }

  /** Messages of a batch were refused for this fault. */
  messagesNotWritten(messages: number, fault: unknown): void {
    this.counters.add('messages_not_written_total', {}, messages);
    this.log[faultLevel(fault)]({ err: fault, messages }, 'messages could not be written');
  }

  /** A change was handed to the sockets of this node. */
  delivered(event: string): void {
    this.counters.add('changes_delivered_total', { event });
    this.log.trace({ event }, 'delivered');
  }

  gapFound(conversationId: string): void {
    this.counters.add('stream_gaps_total');
    this.log.debug({ conversationId }, 'a stream reads a gap from the database');
  }

  streamNotOpened(conversationId: string, fault: unknown): void {
    this.counters.add('streams_failed_total', { at: 'opening' });
    this.log.warn({ conversationId, err: fault }, 'a stream could not begin yet');
  }

  streamFailed(conversationId: string, fault: unknown): void {
    this.counters.add('streams_failed_total', { at: 'delivering' });
    this.log[faultLevel(fault)]({ conversationId, err: fault }, 'a stream could not go on; it will try again');
  }

  streamDiscarded(conversationId: string): void {
    this.counters.add('streams_discarded_total');
    this.log.warn({ conversationId }, 'the database is behind a stream: its sockets are closed');
  }

  reconciliationFailed(fault: unknown): void {
    this.counters.add('reconciliations_failed_total');
    this.log[faultLevel(fault)]({ err: fault }, 'a reconciliation failed; the next one will try again');
  }

  notificationUnreadable(id: string): void {
    this.counters.add('notifications_unreadable_total');
    this.log.warn({ id }, 'something on the bus could not be read: the reconciliation will find what it was');
  }

  sessionReviewFailed(fault: unknown): void {
    this.counters.add('session_reviews_failed_total');
    this.log[faultLevel(fault)]({ err: fault }, 'sessions could not be reviewed; it will be tried again');
  }

  degraded(part: ServicePart): void {
    this.counters.add('degraded_total', { part });
    this.log.debug({ part }, 'degraded');
  }

  restored(part: ServicePart): void {
    this.counters.add('restored_total', { part });
    this.log.debug({ part }, 'restored');
  }

  draining(sockets: number): void {
    this.counters.add('drains_total');
    this.log.info({ sockets }, 'the node drains: its clients are told to reconnect');
  }

  drainIncomplete(left: { commands: number; requests: number }): void {
    this.counters.add('drains_incomplete_total');
    this.log.warn(left, 'not everything that was accepted could be answered in time');
  }

  drainFailed(fault: unknown): void {
    this.counters.add('drains_failed_total');
    this.log.error({ err: fault }, 'draining the clients failed');
  }
}
