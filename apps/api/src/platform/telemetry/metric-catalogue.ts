import { ERRORS, type HealthPart } from '@parley/protocol';

/**
 * Everything that `/metrics` serves beside the figures of the process itself, without the prefix `parley_`. Units are
 * seconds and bytes. Labels have few values, none of which a client chooses; those listed here are served from the start,
 * since a series that begins with 1 has never increased.
 */

/** Label → the values that are known beforehand. */
type LabelValues = Readonly<Record<string, readonly string[]>>;

interface CounterRow {
  readonly help: string;
  readonly labels: LabelValues;
}

interface DistributionRow {
  readonly help: string;
  /** Upper bounds, ascending. */
  readonly bounds: readonly number[];
  readonly label: string | null;
  /** Of the label; one without a name where there is none. */
  readonly values: readonly string[];
}

interface ReadingRow {
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly labels: readonly string[];
}

const CODES = Object.keys(ERRORS);
export const TRANSPORTS = ['socketio', 'websocket', 'stomp', 'forum'] as const;
/** All that a node may be without: one that is missing here does not compile. */
export const PARTS = Object.keys({
  redis: true,
  database: true,
  scanner: true,
  bus: true,
} satisfies Record<HealthPart, true>) as HealthPart[];
const OF_TRANSPORTS = { transport: TRANSPORTS };
const TYPES = ['text', 'image', 'file', 'data'];
const CHANGES = {
  event: [
    'message:new',
    'message:edited',
    'message:deleted',
    'reaction:updated',
    'conversation:created',
    'conversation:updated',
    'conversation:archived',
    'member:added',
    'member:updated',
    'member:removed',
  ],
};

/** One without labels. */
const plain = (help: string) => counter(help, {});

export const COUNTERS = {
  connections_total: counter('Sockets that came in', OF_TRANSPORTS),
  reconnections_total: counter(
    'Sockets that came in of users of whom one had ended here within the last minute',
    OF_TRANSPORTS,
  ),
  disconnections_total: counter('Sockets that ended, by the code with which the server closed them, else by how', {
    transport: [],
    reason: [],
  }),
  connections_refused_total: counter('Sockets that were refused: before a transport saw them, by their token …', {
    at: [],
    code: [],
  }),
  connections_failed_total: plain('Sockets that could not be brought in'),
  tokens_refused_total: counter('Tokens that were refused', { of: [], code: [] }),
  slow_consumers_total: counter('Sockets that were closed since they did not read', OF_TRANSPORTS),
  floods_closed_total: counter('Sockets that were closed for going on after they were told to wait', OF_TRANSPORTS),
  commands_total: counter('Commands, and requests that do the same, that were let through', {
    command: [],
    transport: [],
  }),
  command_cost_total: counter('What these were charged; a send costs 1', { command: [], transport: [] }),
  commands_failed_total: counter('Commands that were refused or failed', { ...OF_TRANSPORTS, code: CODES }),
  requests_total: counter('Requests that were answered, by status; `aborted`: before that', { status: [] }),
  requests_failed_total: counter('Requests that were refused or failed', { code: CODES }),
  budgets_spent_total: counter('Charges beyond what a budget had: drops by rate limits', { budget: [] }),
  spam_found_total: counter('Messages that look like spam', { rule: [] }),
  messages_sent_total: counter('Messages that users sent and this node has committed', { type: TYPES }),
  messages_not_written_total: plain('Messages that were refused since their batch failed'),
  changes_committed_total: counter('Changes that this node has committed: messages, edits, deletions …', CHANGES),
  changes_delivered_total: counter('Changes that this node has handed to its sockets', CHANGES),
  stream_gaps_total: plain('Times that a stream had to read what it was missing'),
  stream_repairs_total: plain('Changes that streams have read so'),
  streams_failed_total: counter('Streams that could not begin or go on, and tried again', {
    at: ['opening', 'delivering'],
  }),
  streams_discarded_total: plain('Streams that were ahead of the database, or too far behind it'),
  reconciliations_failed_total: plain('Reconciliations that failed'),
  bus_messages_unreadable_total: counter('Messages of other nodes that could not be read', { topic: [] }),
  bus_messages_dropped_total: plain('Messages in Redis that no node of this deployment has sent'),
  bus_listeners_failed_total: plain('Messages of other nodes that could not be understood'),
  people_published_total: counter('Changes of presence and profiles that were handed to sockets here', { event: [] }),
  presence_failures_total: counter('Presence that could not be kept or published', {
    at: ['storing', 'publishing', 'heartbeat'],
  }),
  announcement_reads_failed_total: plain('Times that announcements could not be read'),
  nodes_found_dead_total: plain('Nodes without a sign of life'),
  session_reviews_failed_total: plain('Reviews of sessions that failed'),
  conversation_counts_failed_total: plain('Times that conversations could not be counted'),
  searches_total: plain('Searches'),
  search_hits_total: plain('Messages that they found'),
  search_backlog_reports_total: plain('Reports about messages that are being made findable'),
  search_backfills_failed_total: plain('Times that messages could not be made findable'),
  conversations_archived_total: plain('Conversations that were archived since nobody had written in them for long'),
  messages_expired_total: plain('Messages that were removed since they were too old'),
  changes_trimmed_total: plain('Rows of changes that were removed a day after them'),
  retention_failures_total: plain('Times that one of these three went wrong'),
  texts_encrypted_total: plain('Texts of before there were keys that were encrypted'),
  encryption_keys_rotated_total: plain('Keys of conversations that were encrypted by the first key of the deployment'),
  encryption_keys_destroyed_total: plain('Keys of conversations that nobody is left of'),
  encryption_failures_total: plain('Times that texts or keys could not be encrypted'),
  accounts_erased_total: plain('People who left for good and of whom nothing is left to remove'),
  account_erasures_failed_total: plain('Times that what they left behind could not be removed'),
  files_uploaded_total: plain('Files that were uploaded'),
  file_bytes_uploaded_total: plain('Their bytes'),
  files_removed_total: plain('Files that were removed since no message carries them'),
  files_refused_by_scanner_total: plain('Files that the scanner refused'),
  files_not_scanned_total: counter('Files that were taken without a look of the scanner', {
    why: ['too large', 'scanner away'],
  }),
  file_faults_total: counter('What went wrong with the store of files', {
    at: ['discarding', 'reading', 'exporting', 'starting', 'examining', 'removing', 'cleaning up'],
  }),
  media_examined_total: counter('Pictures and recordings that were looked at', { kind: [] }),
  media_examined_seconds_total: counter('How long that took', { kind: [] }),
  media_failed_total: counter('Pictures and recordings of which nothing can be shown', { kind: [], reason: [] }),
  pushes_total: counter(
    'Pushes to browsers whose app is closed: taken, refused for good, or of a browser that is gone',
    {
      is: ['sent', 'failed', 'gone'],
    },
  ),
  pushes_dropped_total: counter('What was not pushed for want of room: messages, their recipients, pushes', {
    of: ['messages', 'recipients', 'full'],
  }),
  push_subscriptions_left_total: plain('Times that subscriptions of ended sessions were left where they are'),
  redis_links_total: counter('Times that the link to Redis came up or was away', { is: ['up', 'away'] }),
  worker_links_total: counter('Times that the link to the other workers of this machine came up or was away', {
    is: ['up', 'away'],
  }),
  spans_total: counter('Spans of traces that the receiver was given: taken by it, or lost', {
    is: ['exported', 'lost'],
  }),
  degraded_total: counter('Times that a part went missing', { part: PARTS }),
  restored_total: counter('Times that it came back', { part: PARTS }),
  database_waits_total: plain('Times that a start waited for the database'),
  database_moves_total: counter('Times that the embedded database was moved over to another version of Postgres', {
    is: ['begun', 'done'],
  }),
  migrations_postponed_total: plain('Times that the schema could not be brought up to date'),
  database_losses_total: counter('Times that the database was away or could not be written to', {
    is: ['away', 'not writable'],
  }),
  database_returns_total: plain('Times that the database came back'),
  database_locks_lost_total: plain('Times that another node took the database of this one'),
  database_connections_lost_total: counter('Connections to the database that were lost', {
    of: ['watch', 'idle', 'busy'],
  }),
  database_connections_missed_total: plain(
    'Times that no connection to the database was to be had and that was logged',
  ),
  name_foldings_failed_total: plain('Times that names could not be folded'),
  admins_misnamed_total: plain('Names in `ADMIN_USERS` that make nobody an admin'),
  admin_look_ups_failed_total: plain('Times that the users in `ADMIN_USERS` could not be looked up'),
  certificates_total: counter('Certificates that were replaced while the node ran', { is: ['renewed', 'refused'] }),
  proxy_notices_total: counter('Notices that a proxy is not set up as it should be', { of: ['headers', 'origin'] }),
  drains_total: plain('Times that the node began to stop'),
  drains_incomplete_total: plain('Stops before everything was answered'),
  drains_failed_total: plain('Stops that went wrong'),
  stops_total: plain('Ends of the node'),
  framework_lines_total: counter('Lines of the framework in the log', { level: [] }),
  process_faults_total: counter('Defects that nothing has caught, and ends that were not in order', {
    of: ['rejection', 'exception', 'closing time', 'closing'],
  }),
} as const satisfies Record<string, CounterRow>;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10];

export const DISTRIBUTIONS = {
  message_delivery_seconds: {
    help:
      'From a send until it is handed to sockets of this node. `elsewhere`: sent through another node, from its `createdAt` ' +
      'on, by the clocks of the database and this machine',
    bounds: SECONDS,
    label: 'sent',
    values: ['here', 'elsewhere'],
  },
  message_commit_seconds: distribution('From a send until it is committed', SECONDS),
  batch_seconds: distribution('How long the transaction of a batch of messages takes', SECONDS),
  batch_messages: distribution('Messages in a batch', [1, 2, 5, 10, 20, 50, 100, 200, 500]),
  search_seconds: distribution('How long a search takes', SECONDS),
  request_seconds: distribution('How long a request takes', SECONDS),
  conversation_messages: distribution(
    'Messages of each conversation, of the whole database: every node serves the same, at most five minutes old',
    [0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
  ),
} as const satisfies Record<string, DistributionRow>;

export const READINGS = {
  sockets: reading('Sockets that are here: coming in, in use, about to be closed', ['transport', 'state']),
  polling_sockets: reading('Those of Socket.IO that poll'),
  users_connected: reading('Users who have sockets here'),
  conversations_followed: reading('Conversations that sockets here follow'),
  parts_missing: reading('1 while the part is missing', ['part']),
  health_details: reading(
    'What `/health/ready` names in `details`: of `searchBacklog` messages that cannot be found yet',
    ['name'],
  ),
  database_connections: reading('Connections of the pools, by whether they are in use', ['pool', 'state']),
  database_waiting: reading('Who waits for a connection', ['pool']),
  redis_unsent_messages: reading('Messages that Redis has not taken yet'),
  bus_messages_total: { ...reading('Messages to and from other nodes', ['direction']), type: 'counter' },
  build_info: reading('1, of this version', ['version']),
} as const satisfies Record<string, ReadingRow>;

export type CounterName = keyof typeof COUNTERS;
export type DistributionName = keyof typeof DISTRIBUTIONS;
export type ReadingName = keyof typeof READINGS;
export type CounterLabels<Name extends CounterName> = Readonly<
  Record<keyof (typeof COUNTERS)[Name]['labels'] & string, string>
>;

function counter<const Values extends LabelValues>(help: string, labels: Values): { help: string; labels: Values } {
  return { help, labels };
}

function distribution(help: string, bounds: readonly number[]) {
  return { help, bounds, label: null, values: [''] } as const;
}

function reading(help: string, labels: readonly string[] = []): ReadingRow {
  return { help, type: 'gauge', labels };
}
