import type { ErrorDetail } from '@parley/protocol';

/** Everything that can be set about a node, typed and checked. */
export interface Config {
  port: number;
  /** Null: every address of both families. */
  host: string | null;
  dataDir: string;
  /** Null: the embedded database in `dataDir`. */
  databaseUrl: string | null;
  /** Whether a database by URL may be used although `dataDir` holds an embedded one with accounts. */
  ignoresEmbeddedData: boolean;
  /** By which of several addresses Redis is found. Null: there is one node, or several on this machine, by `workers`. */
  redisUrls: readonly string[] | null;
  /** How many nodes this start runs behind one port, each a process. */
  workers: number;
  /** Which of these nodes this process is; null: it is no worker, but the only node or what starts them. */
  worker: WorkerPlace | null;
  /** Whether other nodes use the same database. */
  hasOthers: boolean;
  /** Signs Parley's own tokens. Null: generated once and kept in `dataDir`. */
  jwtSecret: string | null;
  /** The host product's tokens; null: none are accepted. */
  hostTokens: HostTokens | null;
  /** Allowed browser origins besides our own, without a trailing slash. */
  allowedOrigins: readonly string[];
  /** Besides our own, as sources of the content security policy: where pictures of people may come from. */
  imageOrigins: readonly string[];
  /** Pages that may show ours in a frame, as sources of the content security policy. Empty: none may. */
  frameAncestors: readonly string[];
  /** What everything is below, as people see it: `/chat`; '' where it has its host to itself. */
  basePath: string;
  /** Where this node's certificate and its key are; null: it speaks plain HTTP. */
  tls: TlsFiles | null;
  /** Whether who comes by plain HTTP, as far as it is known, is refused. */
  requireTls: boolean;
  /** For how long browsers that came by TLS are to come by TLS only; 0: no longer. */
  hstsSeconds: number;
  /** Whether `/ws?profile=forum` is served, and its cookie set beside that of the session. */
  forumProfile: boolean;
  registration: 'open' | 'closed';
  /** Server admins; null: the first account that registers. */
  adminUsers: AdminUsers | null;
  logLevel: LogLevel;
  /** Whether `X-Forwarded-*` headers come from a proxy of ours. */
  trustProxy: boolean | string;
  rateLimits: boolean;
  /** Of one user, over all sockets, nodes and REST: at once, and in the long run. 0: not limited. */
  messagesPerSecond: number;
  messagesPerMinute: number;
  limits: Limits;
  signIn: SignInSettings;
  /** How long the node goes on serving after it reports that it is not ready, before it drains; 0 to 3000. */
  drainNoticeMs: number;
  /** UTF-8 bytes of a message's content; at most the protocol's limit. */
  contentBytes: number;
  /** How long after sending a message its sender may edit it; 0: never. */
  editWindowMinutes: number;
  /** After so many days without a message a conversation is archived; 0: never. */
  archiveAfterDays: number;
  /** Messages expire that are older than so many days; 0: never. */
  retentionDays: number;
  /** By `metadata.dataType`: what is wrong with the metadata of such a message of type `data`. Others are free. */
  dataSchemas: ReadonlyMap<string, (metadata: object) => ErrorDetail | null>;
  /** Whether messages can be searched; if not, nothing is stored for it. */
  search: boolean;
  /** The first encrypts the keys of conversations, the others still decrypt those. Empty: texts are stored as they are. */
  encryptionKeys: readonly EncryptionKey[];
  /** What becomes of messages that look like spam; `warn` only reports them. */
  spamRules: 'off' | 'warn' | 'refuse';
  /** What becomes of the messages of those who leave for good. */
  messagesOfLeavers: 'keep' | 'delete';
  files: FileSettings;
  metricsToken: string | null;
  /** Null: no traces are made. */
  traces: TraceSettings | null;
  /** Null: who has closed the app hears nothing. */
  push: PushSettings | null;
}

/** Web Push, by which browsers are told of messages while the app is closed. */
export interface PushSettings {
  /** Whom push services may turn to: an address of mail or of a page. */
  subject: string;
  /** By which push services know this server, in base64url; null: derived from the secret of the node. */
  keys: { publicKey: string; privateKey: string } | null;
  /** Of push services in one's own network; all others are at public addresses, by https. */
  origins: readonly string[];
}

/** A key of the deployment. */
export interface EncryptionKey {
  /** By which what it encrypts names it. */
  id: string;
  /** 32 bytes. */
  secret: Buffer;
}

/** Spans of OpenTelemetry, and where they go. */
export interface TraceSettings {
  /** Of the receiver, by OTLP over HTTP. */
  url: string;
  /** Of all sends, how many are traced: 0 to 1. */
  ratio: number;
  /** Spans that wait to be handed over, at most; what comes beyond is dropped. */
  mostQueued: number;
  /** How long they wait for others, in milliseconds. */
  delayMs: number;
}

/** One of the nodes that one start runs. */
export interface WorkerPlace {
  /** From 1 on; a worker that is started again has the number of the one before. */
  number: number;
  /** How many there are. */
  count: number;
  /** Where their sockets are, for nobody else. */
  directory: string;
}

export interface FileSettings {
  /** If not, nothing is taken, and nothing is handed out. */
  isOn: boolean;
  /** Of one file. */
  maxBytes: number;
  /** Of all files of one user. */
  bytesPerUser: number;
  /** At most the protocol's limit. */
  perMessage: number;
  /** Whether pictures are handed out with what they say about where, when and with what they were made. */
  keepsExif: boolean;
  /** Where to look for programs that look into videos and audio. */
  programFolders: readonly string[];
  /** Where contents are; null: in the data directory. */
  s3: S3Settings | null;
  /** Who looks at each content before it becomes a file; null: nobody. */
  scanner: ScannerSettings | null;
}

/** Where ClamAV's daemon listens. */
export type ScannerAddress = { host: string; port: number } | { path: string };

export interface ScannerSettings {
  address: ScannerAddress;
  /** Whether files are taken unseen while it is away, and those that are larger than it looks at. */
  mayBeAway: boolean;
}

export interface S3Settings {
  /** Null: that of AWS in this region. */
  endpoint: string | null;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
  /** Whether the bucket stands in the path of an address and not in its host. */
  isPathStyle: boolean;
}

export interface TlsFiles {
  /** With the certificates between it and the authority's, in PEM. */
  certFile: string;
  keyFile: string;
}

/** What this node takes on. */
export interface Limits {
  /** Sockets at a time, on all transports. */
  connections: number;
  /** Of one user. */
  connectionsPerUser: number;
  /** New sockets in a second. */
  handshakesPerSecond: number;
  /** Sockets that are being let in at the same time. */
  handshakes: number;
  /** Buffered for one socket that does not read as fast as it is sent to. */
  bytes: number;
  /** How long such a socket may take until it has read what it was given. */
  seconds: number;
}

/** What a node takes on in passwords; the limits are for a minute. */
export interface SignInSettings {
  /** Wrong passwords for one account. */
  wrongPerAccount: number;
  /** Wrong passwords from one address. */
  wrongPerAddress: number;
  /** Passwords from one address, right and wrong. */
  attemptsPerAddress: number;
  /** New accounts from one address. */
  registrationsPerAddress: number;
  /** Passwords that wait to be hashed. */
  mostWaiting: number;
}

export interface AdminUsers {
  /** Of Parley's own accounts: usernames, lower case. */
  usernames: readonly string[];
  /** Of the host product's: external ids (`sub` of their tokens). */
  externalIds: readonly string[];
}

export type HostTokens = { issuer: string; audience: string } & ({ secret: string } | { jwksUrl: string });

/** Issuer and audience of Parley's own tokens. */
export const OWN_ISSUER = 'parley';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Dependency injection token of the configuration. */
export const CONFIG = Symbol('config');
