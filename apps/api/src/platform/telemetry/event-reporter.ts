import type { ErrorCode, HealthPart } from '@parley/protocol';
import type { Level, Logger } from 'pino';
import type { DatabaseReporter } from '../../database/database-reporter.js';
import { faultLevel, ParleyError } from '../../kernel/errors.js';
import { Counters } from './counters.js';
import type { CommandFacts, RefusalFacts, RequestFacts, SearchFacts, SocketFacts } from './event-facts.js';
import { LogSampler } from './log-sampler.js';
import { MessageEvents } from './message-events.js';
import { ReturningUsers } from './returning-users.js';

/** They ask every few seconds. */
const OF_SUPERVISORS = /^\/(health\/|metrics\/?$)/;

/** A method per event of the service. Each feeds the log and the counters, and has one caller. */
export class EventReporter extends MessageEvents implements DatabaseReporter {
  private readonly sampler = new LogSampler();
  private readonly returning = new ReturningUsers();

  constructor(log: Logger, counters = new Counters()) {
    super(log, counters);
  }

  connected(socket: SocketFacts): void {
    const { transport, userId } = socket;
    this.counters.add('connections_total', { transport });
    if (this.returning.returns(userId)) this.counters.add('reconnections_total', { transport });
    this.log.info(socket, 'connected');
  }

  /** With the code and the id of `server:closing`, where the server ended it. */
  disconnected(socket: SocketFacts & { code?: ErrorCode; requestId?: string }, reason: string): void {
    this.counters.add('disconnections_total', { transport: socket.transport, reason: socket.code ?? reason });
    this.returning.ended(socket.userId);
    this.log.info({ ...socket, reason }, 'disconnected');
  }

  /**
   * Before a transport saw the request, by what the token is, or where the conversation it is about is not there for its
   * user.
   */
  connectionRefused(at: 'upgrade' | 'handshake' | 'joining', { code }: ParleyError, facts: RefusalFacts): void {
    this.counters.add('connections_refused_total', { at, code });
    this.log.info({ code, ...facts }, 'refused');
  }

  bringingInFailed(error: ParleyError, facts: RefusalFacts): void {
    const { code, cause = error } = error;
    this.counters.add('connections_failed_total');
    this.log[faultLevel(error)]({ code, ...facts, err: cause }, 'a socket could not be brought in');
  }

  handshakeUndecided(error: ParleyError, facts: RefusalFacts): void {
    const { code } = error;
    this.counters.add('connections_refused_total', { at: 'handshake', code });
    this.log[faultLevel(error)]({ code, ...facts, err: error.cause ?? error }, 'a handshake could not be decided');
  }

  /** Why is for the log alone, and who sent it is not known. */
  tokenRefused(code: ErrorCode, issuer: string | null): void {
    this.counters.add('tokens_refused_total', { of: 'neither', code });
    this.log.debug({ code, reason: 'the issuer is neither', issuer }, 'a token was refused');
  }

  hostTokenRefused(code: ErrorCode, facts: { reason: string; alg?: string; kid?: string | null }): void {
    this.counters.add('tokens_refused_total', { of: 'host', code });
    this.log.debug({ code, ...facts }, 'a host token was refused');
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

  /** For going on after it was told to wait. */
  floodClosed({ code, extra }: ParleyError, facts: RefusalFacts): void {
    this.counters.add('floods_closed_total', { transport: facts.transport });
    this.log.info({ code, ...facts, retryAfterMs: extra.retryAfterMs }, 'closed');
  }

  /** Somebody asked for more than a budget has; a repeat of a send is answered all the same. */
  budgetSpent(budget: string): void {
    this.counters.add('budgets_spent_total', { budget });
    this.log.trace({ budget }, 'a budget is spent');
  }

  /** Whether it is refused is set by `SPAM_RULES`. */
  spamFound(facts: { rule: string; userId: string; conversationId: string }): void {
    this.counters.add('spam_found_total', { rule: facts.rule });
    this.log.info(facts, 'a message looks like spam');
  }

  commandFailed(error: ParleyError, facts: CommandFacts): void {
    const { code } = error;
    this.counters.add('commands_failed_total', { transport: facts.transport, code });
    if (code === 'internal') this.log.error({ code, ...facts, err: error.cause }, 'a command failed');
    else this.#refused(code, facts);
  }

  requestFailed(error: ParleyError, facts: RefusalFacts): void {
    const { code, cause } = error;
    this.counters.add('requests_failed_total', { code });
    if (code === 'internal') this.log.error({ code, ...facts, err: cause }, 'a request failed');
    else if (cause !== undefined && error.status >= 500)
      this.log[faultLevel(error)]({ code, ...facts, err: cause }, 'refused');
    else this.#refused(code, facts);
  }

  requestEnded(facts: RequestFacts): void {
    this.counters.add('requests_total', { status: String(facts.status) });
    this.distributions.request_seconds[''].observe(facts.ms / 1_000);
    this.log[OF_SUPERVISORS.test(facts.path) ? 'debug' : 'info'](facts, 'request');
  }

  reconciliationFailed(fault: unknown): void {
    this.counters.add('reconciliations_failed_total');
    this.log[faultLevel(fault)]({ err: fault }, 'a reconciliation failed; the next one will try again');
  }

  /** @param topic with its format; `id` is of the channel's conversation or user. */
  busMessageUnreadable(topic: string, id: string): void {
    this.counters.add('bus_messages_unreadable_total', { topic });
    this.log.warn({ topic, id }, 'a message of another node could not be read; its topic makes up for what is lost');
  }

  /** What changed about a person was handed to those sockets of this node that may know. */
  personPublished(event: string): void {
    this.counters.add('people_published_total', { event });
    this.log.trace({ event }, 'published');
  }

  sessionReviewFailed(fault: unknown): void {
    this.counters.add('session_reviews_failed_total');
    this.log[faultLevel(fault)]({ err: fault }, 'sessions could not be reviewed; it will be tried again');
  }

  searched(facts: SearchFacts): void {
    this.counters.add('searches_total');
    this.counters.add('search_hits_total', {}, facts.hits);
    this.distributions.search_seconds[''].observe(facts.ms / 1_000);
    this.log.info(facts, 'searched');
  }

  announcementsNotRead(fault: unknown): void {
    this.counters.add('announcement_reads_failed_total');
    this.log[faultLevel(fault)]({ err: fault }, 'announcements could not be read; it will be tried again');
  }

  conversationsNotCounted(fault: unknown): void {
    this.counters.add('conversation_counts_failed_total');
    this.log[faultLevel(fault)]({ err: fault }, 'conversations could not be counted; it will be tried again');
  }

  /** Messages that could not be found before can be now. */
  searchBackfilled(progress: { done: number; left: number }): void {
    this.counters.add('search_backlog_reports_total');
    this.log.info(progress, 'messages are being made findable');
  }

  searchBackfillFailed(fault: unknown): void {
    this.counters.add('search_backfills_failed_total');
    this.log[faultLevel(fault)]({ err: fault }, 'messages could not be made findable; it will be tried again');
  }

  presenceNotStored(fault: unknown): void {
    this.counters.add('presence_failures_total', { at: 'storing' });
    this.log[faultLevel(fault)]({ err: fault }, 'presence could not be stored; it will be tried again');
  }

  peopleNotPublished(fault: unknown): void {
    this.counters.add('presence_failures_total', { at: 'publishing' });
    this.log[faultLevel(fault)]({ err: fault }, 'what changed about people could not be read; it will be tried again');
  }

  heartbeatFailed(fault: unknown): void {
    this.counters.add('presence_failures_total', { at: 'heartbeat' });
    this.log[faultLevel(fault)](
      { err: fault },
      'the register of nodes could not be kept; the next beat will try again',
    );
  }

  nodeFoundDead(nodeId: string): void {
    this.counters.add('nodes_found_dead_total');
    this.log.warn({ nodeId }, 'a node shows no sign of life: its users are taken away from it');
  }

  foldingFailed(fault: unknown): void {
    this.counters.add('name_foldings_failed_total');
    this.log[faultLevel(fault)]({ err: fault }, 'names could not be folded; it will be tried again');
  }

  /** `ADMIN_USERS` names a user of the host product by their username, and would have to by what is meant. */
  adminMisnamed(username: string, meant: string): void {
    this.counters.add('admins_misnamed_total');
    this.log.warn({ username, meant }, 'ADMIN_USERS names a user of the host product, who is no admin by a username');
  }

  adminLookUpFailed(fault: unknown): void {
    this.counters.add('admin_look_ups_failed_total');
    this.log[faultLevel(fault)]({ err: fault }, 'whom ADMIN_USERS names could not be looked up');
  }

  adminSocketMissing(reason: string): void {
    this.log.warn({ reason }, 'npm run admin cannot reach this node, and works only while it is stopped');
  }

  databaseCopied(isWhole: boolean): void {
    this.log.info(isWhole ? 'the database was copied for a backup' : 'a backup was broken off');
  }

  certificateRenewed(until: string): void {
    this.counters.add('certificates_total', { is: 'renewed' });
    this.log.info({ until }, 'a renewed certificate is served');
  }

  certificateNotRenewed(fault: unknown): void {
    this.counters.add('certificates_total', { is: 'refused' });
    this.log.warn(
      { reason: (fault as Error).message },
      'the files of the certificate have changed and are no use: the former one is served',
    );
  }

  proxyUnbelieved(facts: { peer: string | null; remedy: string }): void {
    this.counters.add('proxy_notices_total', { of: 'headers' });
    this.log.warn(facts, 'a proxy is not believed: behind it cookies are not Secure, and everybody has one address');
  }

  pageRefused(facts: Record<string, string | undefined>): void {
    this.counters.add('proxy_notices_total', { of: 'origin' });
    this.log.warn(facts, 'a page was refused: its origin is not the host that is seen here');
  }

  databaseAwaited(reason: string): void {
    this.counters.add('database_waits_total');
    this.log.warn({ fault: reason }, 'the database does not answer yet');
  }

  databaseMoving(from: string, to: string): void {
    this.counters.add('database_moves_total', { is: 'begun' });
    this.log.warn({ from, to }, 'the embedded database is moved over to another version of Postgres');
  }

  databaseMoved(kept: string): void {
    this.counters.add('database_moves_total', { is: 'done' });
    this.log.warn({ kept }, 'the embedded database was moved over; the files of before are kept');
  }

  migrationPostponed(reason: string): void {
    this.counters.add('migrations_postponed_total');
    this.log.warn({ fault: reason }, 'the schema could not be brought up to date; it will be tried again');
  }

  databaseAway(reason: string): void {
    this.counters.add('database_losses_total', { is: 'away' });
    this.log.error(
      { reason },
      'the database is away or cannot be written to: what needs it is refused until it is back',
    );
  }

  databaseNotWritable(reason: string): void {
    this.counters.add('database_losses_total', { is: 'not writable' });
    this.log.error({ reason }, 'the database cannot be written to: what needs it is refused until it can');
  }

  databaseBack(): void {
    this.counters.add('database_returns_total');
    this.log.info('the database is back');
  }

  databaseShared(refusal: string): void {
    this.counters.add('database_locks_lost_total');
    this.log.error(refusal);
  }

  watchSessionLost(reason: string): void {
    this.counters.add('database_connections_lost_total', { of: 'watch' });
    this.log.debug({ fault: reason }, 'the watch over the database lost its session');
  }

  idleConnectionLost(reason: string, isExplained: boolean): void {
    this.counters.add('database_connections_lost_total', { of: 'idle' });
    this.log[isExplained ? 'debug' : 'warn']({ fault: reason }, 'an idle database connection was lost');
  }

  busyConnectionLost(reason: string, isExplained: boolean): void {
    this.counters.add('database_connections_lost_total', { of: 'busy' });
    this.log[isExplained ? 'debug' : 'warn']({ fault: reason }, 'a database connection was lost');
  }

  connectionMissed(reason: string): void {
    this.counters.add('database_connections_missed_total');
    this.log.warn(
      { fault: reason },
      'no connection to the database was to be had; it, or a pooler before it, may allow too few',
    );
  }

  degraded(part: HealthPart): void {
    this.counters.add('degraded_total', { part });
    this.log.debug({ part }, 'degraded');
  }

  restored(part: HealthPart): void {
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

  /** A line of the framework: an event that Parley has no word for. */
  frameworkSaid(level: Level, text: string, facts: { context: unknown; err?: Error }): void {
    this.counters.add('framework_lines_total', { level });
    this.log[level](facts, text);
  }

  rejectionUnhandled(fault: unknown): void {
    this.counters.add('process_faults_total', { of: 'rejection' });
    this.log.error({ err: fault }, 'a rejection was not handled');
  }

  exceptionUncaught(fault: unknown): void {
    this.counters.add('process_faults_total', { of: 'exception' });
    this.log.fatal({ err: fault }, 'an exception was not caught: the node stops');
  }

  closingTimedOut(): void {
    this.counters.add('process_faults_total', { of: 'closing time' });
    this.log.error('closing took too long: the node exits as it is');
  }

  closingFailed(fault: unknown): void {
    this.counters.add('process_faults_total', { of: 'closing' });
    this.log.warn({ err: fault }, 'the node had not started, or did not close in order');
  }

  stopped(): void {
    this.counters.add('stops_total');
    this.log.info('the node has stopped');
  }

  /** Of those who are too fast one line a user and second, with how many there were besides. */
  #refused(code: ErrorCode, facts: RefusalFacts): void {
    const others = code === 'rate_limited' ? this.sampler.next(`${facts.transport} ${facts.userId}`) : 0;
    if (others !== null) this.log.info({ code, ...facts, ...(others > 0 && { others }) }, 'refused');
  }
}
