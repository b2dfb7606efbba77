import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { LIMITS } from '@parley/protocol';
import { sendSettings } from './budgets.js';
import {
  type AdminUsers,
  type Config,
  type HostTokens,
  type Limits,
  LOG_LEVELS,
  type LogLevel,
  OWN_ISSUER,
  type SignInSettings,
} from './config.js';
import { dataSchemas } from './data-schemas.js';
import { encryptionSettings } from './encryption-settings.js';
import { fileSettings } from './file-settings.js';
import { pageSettings } from './page-settings.js';
import { pushSettings } from './push-settings.js';
import { redisSettings } from './redis-settings.js';
import { telemetrySettings } from './telemetry-settings.js';
import { tlsSettings } from './tls-settings.js';
import { workerCount, workerPlace } from './worker-settings.js';

/** Characters of a secret. */
export const LEAST_SECRET = 16;

/** What is wrong with the environment, a sentence a fault. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment; an empty variable counts as unset. Throws a ConfigurationError that names every fault. */
export function readEnvironment(env: Environment = process.env): Config {
  const reader = new Reader(env);
  const databaseUrl = reader.url('DATABASE_URL', ['postgres:', 'postgresql:']);
  const redisUrls = redisSettings(reader);
  const jwtSecret = reader.secret('JWT_SECRET');
  const rateLimits = reader.oneOf('RATE_LIMITS', ['on', 'off'] as const, 'on') === 'on';
  if (redisUrls && !databaseUrl) {
    reader.fault('REDIS_URL is for several nodes, and several nodes need a common database: set DATABASE_URL too.');
  }
  if (redisUrls && !jwtSecret) {
    reader.fault('REDIS_URL is for several nodes, and they must sign alike: set JWT_SECRET too, the same on each.');
  }
  const workers = workerCount(reader, databaseUrl);
  const worker = workerPlace(env.PARLEY_WORKER, workers);
  const tokens = hostTokens(reader);
  const trustProxy = reader.proxies('TRUST_PROXY');
  const config: Config = {
    port: reader.integer('PORT', { least: 0, most: 65_535, otherwise: 3000 }),
    host: reader.text('HOST'),
    dataDir: resolve(reader.text('DATA_DIR') ?? 'data'),
    databaseUrl,
    ignoresEmbeddedData: reader.oneOf('EMBEDDED_DATA', ['refuse', 'ignore'] as const, 'refuse') === 'ignore',
    redisUrls,
    workers,
    worker,
    hasOthers: redisUrls !== null || worker !== null,
    jwtSecret,
    hostTokens: tokens,
    allowedOrigins: reader.origins('FRONTEND_URL'),
    ...pageSettings(reader, tokens),
    ...tlsSettings(reader, trustProxy),
    forumProfile: reader.oneOf('FORUM_PROFILE', ['on', 'off'] as const, 'off') === 'on',
    registration: reader.oneOf('REGISTRATION', ['open', 'closed'] as const, 'open'),
    adminUsers: adminUsers(reader.list('ADMIN_USERS')),
    logLevel: reader.oneOf<LogLevel>('LOG_LEVEL', LOG_LEVELS, 'info'),
    trustProxy,
    rateLimits,
    ...sendSettings(reader, rateLimits),
    limits: limits(reader, rateLimits),
    signIn: signIn(reader),
    // A node on its own has no balancer that could send its clients elsewhere.
    drainNoticeMs: reader.integer('DRAIN_NOTICE_MS', { least: 0, most: 3_000, otherwise: redisUrls ? 1_000 : 0 }),
    contentBytes: reader.integer('MAX_CONTENT_BYTES', {
      least: 1,
      most: LIMITS.contentBytes,
      otherwise: LIMITS.contentBytes,
    }),
    editWindowMinutes: reader.integer('EDIT_WINDOW_MINUTES', { least: 0, most: 525_600, otherwise: 15 }),
    archiveAfterDays: reader.integer('ARCHIVE_AFTER_DAYS', { least: 0, most: LIMITS.retentionDays, otherwise: 0 }),
    retentionDays: reader.integer('RETENTION_DAYS', { least: 0, most: LIMITS.retentionDays, otherwise: 0 }),
    dataSchemas: dataSchemas(reader),
    spamRules: reader.oneOf('SPAM_RULES', ['off', 'warn', 'refuse'] as const, 'warn'),
    ...encryptionSettings(reader),
    messagesOfLeavers: reader.oneOf('MESSAGES_OF_LEAVERS', ['keep', 'delete'] as const, 'keep'),
    files: fileSettings(reader, redisUrls !== null && databaseUrl !== null && jwtSecret !== null),
    ...{ ...telemetrySettings(reader), push: pushSettings(reader) },
  };
  if (reader.faults.length > 0) throw new ConfigurationError(reader.faults);
  return config;
}

function limits(reader: Reader, rateLimits: boolean): Limits {
  const read = (name: string, otherwise: number) => reader.integer(name, { least: 1, most: 1_000_000_000, otherwise });
  const perUser = read('MAX_CONNECTIONS_PER_USER', 50);
  const atOnce = read('MAX_HANDSHAKES_AT_ONCE', 100);
  const perSecond = read('MAX_HANDSHAKES_PER_SECOND', 200);
  return {
    connections: read('MAX_CONNECTIONS', 10_000),
    connectionsPerUser: rateLimits ? perUser : Number.MAX_SAFE_INTEGER,
    handshakesPerSecond: rateLimits ? perSecond : Number.MAX_SAFE_INTEGER,
    handshakes: rateLimits ? atOnce : Number.MAX_SAFE_INTEGER,
    bytes: read('MAX_BUFFERED_BYTES', 1_048_576),
    seconds: read('MAX_BUFFERED_SECONDS', 10),
  };
}

function signIn(reader: Reader): SignInSettings {
  const read = (name: string, otherwise: number) => reader.integer(name, { least: 1, most: 1_000_000, otherwise });
  return {
    wrongPerAccount: read('MAX_WRONG_PASSWORDS_PER_ACCOUNT', 20),
    wrongPerAddress: read('MAX_WRONG_PASSWORDS_PER_ADDRESS', 20),
    attemptsPerAddress: read('MAX_SIGN_INS_PER_ADDRESS', 300),
    registrationsPerAddress: read('MAX_REGISTRATIONS_PER_ADDRESS', 100),
    mostWaiting: read('MAX_SIGN_INS_WAITING', 400),
  };
}

/** Before a name of the host product. It cannot begin a username. */
const OF_HOST = 'host:';

function adminUsers(names: readonly string[]): AdminUsers | null {
  if (names.length === 0) return null;
  const isOfHost = (name: string) => name.startsWith(OF_HOST);
  return {
    usernames: names.filter((name) => !isOfHost(name)).map((name) => name.toLowerCase()),
    externalIds: names.filter(isOfHost).map((name) => name.slice(OF_HOST.length)),
  };
}

function hostTokens(reader: Reader): HostTokens | null {
  const issuer = reader.text('AUTH_ISSUER');
  const audience = reader.text('AUTH_AUDIENCE');
  const secret = reader.secret('AUTH_SECRET');
  const jwksUrl = reader.url('AUTH_JWKS_URL', ['https:', 'http:']);
  if (!issuer && !audience && !secret && !jwksUrl) return null;
  if (!issuer || !audience) {
    reader.fault("AUTH_ISSUER and AUTH_AUDIENCE must both be set for the host product's tokens to be accepted.");
  }
  if (issuer === OWN_ISSUER)
    reader.fault(`AUTH_ISSUER must not be "${OWN_ISSUER}": that is who signs Parley's own tokens.`);
  if (Boolean(secret) === Boolean(jwksUrl)) {
    reader.fault('Set exactly one of AUTH_SECRET (HS256) and AUTH_JWKS_URL (public keys).');
  }
  const named = { issuer: issuer ?? '', audience: audience ?? '' };
  return secret ? { ...named, secret } : { ...named, jwksUrl: jwksUrl ?? '' };
}

const PROXY_RANGES = ['loopback', 'linklocal', 'uniquelocal'];

class Reader {
  readonly faults: string[] = [];

  constructor(private readonly env: Environment) {}

  fault(sentence: string): void {
    this.faults.push(sentence);
  }

  text(name: string): string | null {
    const value = this.env[name]?.trim();
    return value ? value : null;
  }

  list(name: string): string[] {
    return (this.text(name) ?? '').split(',').flatMap((part) => part.trim() || []);
  }

  integer(name: string, range: { least: number; most: number; otherwise: number }): number {
    const value = this.text(name);
    if (value === null) return range.otherwise;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= range.least && number <= range.most) return number;
    this.fault(`${name} must be a whole number from ${range.least} to ${range.most}; it is "${value}".`);
    return range.otherwise;
  }

  oneOf<T extends string>(name: string, choices: readonly T[], otherwise: T): T {
    const value = this.text(name);
    if (value === null) return otherwise;
    const choice = choices.find((each) => each === value);
    if (choice) return choice;
    this.fault(`${name} must be one of ${choices.join(', ')}; it is "${value}".`);
    return otherwise;
  }

  /** A secret is not shown in the fault. */
  secret(name: string): string | null {
    const value = this.text(name);
    if (value !== null && value.length < LEAST_SECRET)
      this.fault(`${name} must have at least ${LEAST_SECRET} characters.`);
    return value;
  }

  /** A secret that a header is to carry. */
  bearer(name: string): string | null {
    const value = this.secret(name);
    if (value !== null && !/^[\x21-\x7e]+$/.test(value))
      this.fault(`${name} must consist of letters, digits and signs of ASCII, without spaces.`);
    return value;
  }

  /** An address may hold a password, so the fault does not repeat it. */
  url(name: string, protocols: readonly string[]): string | null {
    const value = this.text(name);
    if (value === null) return null;
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
    this.fault(`${name} must be a URL that begins with ${protocols.map((each) => `${each}//`).join(' or ')}.`);
    return null;
  }

  /** Whether to believe proxies: none, all, or those with these addresses. */
  proxies(name: string): boolean | string {
    const value = this.text(name);
    if (value === null || value === 'false') return false;
    if (value === 'true') return true;
    const known = (each: string) => PROXY_RANGES.includes(each) || isIP(each.split('/', 1)[0] ?? '') !== 0;
    if (!this.list(name).every(known)) {
      this.fault(
        `${name} must be true, false, or addresses and ranges such as 10.0.0.0/8 or loopback; it is "${value}".`,
      );
    }
    return value;
  }

  origins(name: string): string[] {
    return this.list(name).flatMap((value) => {
      const url = URL.canParse(value) ? new URL(value) : null;
      if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search) return url.origin;
      this.fault(
        `${name} must list origins such as https://chat.example.org, separated by commas; "${value}" is none.`,
      );
      return [];
    });
  }
}
