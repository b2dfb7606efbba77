/** The connection, whole: what each event means in each state. The driver does what stands here and nothing else. */

export const CONNECTION_STATES = [
  'idle',
  'connecting',
  'syncing',
  'online',
  'offline',
  'unauthorized',
  'faulty',
] as const;

/**
 * `idle`: not started, or stopped. `connecting`: an attempt is under way. `syncing`: connected, and catching up.
 * `online`: connected, and up to date, or on a slow line still catching up. `offline`: waiting for the next attempt. `unauthorized`: there is no token.
 * `faulty`: a defect of the program keeps it from connecting; waiting for the next attempt.
 */
export type ConnectionState = (typeof CONNECTION_STATES)[number];

export const CONNECTION_EVENTS = [
  /** The application wants a connection. */
  'start',
  /** The application wants none any more. */
  'stop',
  /** The application wants an attempt now. */
  'retryNow',
  /** The network returned, or the page is looked at again. */
  'wake',
  /** The page stops running until it wakes: an open socket would go on answering for somebody who is not there. */
  'frozen',
  /** The wait between two attempts is over. */
  'retryDue',
  /** `getToken` brought a token. */
  'tokenGiven',
  /** `getToken` returned null: no user is signed in. */
  'noToken',
  /** `getToken` failed: whether a user is signed in is unknown. */
  'tokenFailed',
  /** The server announced itself: every event from here on reaches us. */
  'ready',
  /** The first sync after `ready` is complete. */
  'synced',
  /** The attempt failed or the connection ended; the server may be tried again at any time. */
  'lost',
  /** The server refused or closed for good, for another reason than the token. */
  'refused',
  /** The server refused the token. */
  'tokenRefused',
  /** The server refused a token that was brought because the one before was refused. */
  'newTokenRefused',
  /** The token ends soon. */
  'expiring',
  /** The node is about to stop. */
  'draining',
  /** A defect of the program. */
  'fault',
  /** The sync takes long on a slow line, and its answers are coming. */
  'behind',
  /** An answer that takes long on a slow line keeps everything else from coming through the socket. */
  'clogged',
] as const;

export type ConnectionEvent = (typeof CONNECTION_EVENTS)[number];

/**
 * What the driver does. Each of `rest`, `sleep`, `wait`, `waitLong`, `waitForToken`, `open` and `renew` first closes what is open.
 * - `rest`: nothing more; the next connection may be another person's. `sleep`: nothing more until it wakes.
 * - `open`: asks for a token; `renew`: for another one than the last.
 * - `dial`: opens a socket with the token that was given.
 * - `greet`: takes what the server announced, and starts the sync.
 * - `settle`: forgets the failed attempts; what waits to be sent is sent.
 * - `wait`: until the next attempt, by the back-off or as the server asked; `waitLong`: as long as the back-off goes.
 * - `waitForToken`: as `wait`, and the next attempt asks for another token.
 * - `refresh`: asks for the next token; `present`: shows it to the server on the open socket.
 * - `note`: remembers when the server wants us back.
 */
export type ConnectionAction =
  | 'rest'
  | 'sleep'
  | 'open'
  | 'renew'
  | 'dial'
  | 'greet'
  | 'settle'
  | 'wait'
  | 'waitLong'
  | 'waitForToken'
  | 'refresh'
  | 'present'
  | 'note';

interface Transition {
  readonly to: ConnectionState;
  readonly action: ConnectionAction;
}

/** `ignored`: cannot come in this state, or changes nothing there. */
type Entry = Transition | 'ignored';

type Row = Readonly<Record<ConnectionEvent, Entry>>;

const go = (to: ConnectionState, action: ConnectionAction): Transition => ({ to, action });

const IGNORED = 'ignored';

/** State × event → entry. */
export const TRANSITIONS: Readonly<Record<ConnectionState, Row>> = {
  idle: {
    start: go('connecting', 'open'),
    stop: IGNORED,
    retryNow: IGNORED,
    wake: IGNORED,
    frozen: IGNORED,
    retryDue: IGNORED,
    tokenGiven: IGNORED,
    noToken: IGNORED,
    tokenFailed: IGNORED,
    ready: IGNORED,
    synced: IGNORED,
    lost: IGNORED,
    refused: IGNORED,
    tokenRefused: IGNORED,
    newTokenRefused: IGNORED,
    expiring: IGNORED,
    draining: IGNORED,
    fault: IGNORED,
    behind: IGNORED,
    clogged: IGNORED,
  },
  connecting: {
    start: IGNORED,
    stop: go('idle', 'rest'),
    // An attempt is under way, and ends by itself.
    retryNow: IGNORED,
    wake: IGNORED,
    frozen: go('offline', 'sleep'),
    retryDue: IGNORED,
    tokenGiven: go('connecting', 'dial'),
    noToken: go('unauthorized', 'rest'),
    tokenFailed: go('offline', 'wait'),
    ready: go('syncing', 'greet'),
    synced: IGNORED,
    lost: go('offline', 'wait'),
    refused: go('offline', 'waitLong'),
    tokenRefused: go('connecting', 'renew'),
    // Once at once, then with the back-off: a provider of bad tokens would be called without end.
    newTokenRefused: go('offline', 'waitForToken'),
    // Before `ready` no token can be shown; the server warns again, or closes in time.
    expiring: IGNORED,
    draining: go('connecting', 'note'),
    fault: go('faulty', 'waitLong'),
    behind: IGNORED,
    clogged: IGNORED,
  },
  syncing: {
    start: IGNORED,
    stop: go('idle', 'rest'),
    retryNow: IGNORED,
    wake: IGNORED,
    frozen: go('offline', 'sleep'),
    retryDue: IGNORED,
    tokenGiven: go('syncing', 'present'),
    noToken: go('unauthorized', 'rest'),
    // The server closes when the token ends; the attempt after that brings another.
    tokenFailed: IGNORED,
    ready: IGNORED,
    synced: go('online', 'settle'),
    lost: go('offline', 'wait'),
    refused: go('offline', 'waitLong'),
    tokenRefused: go('connecting', 'renew'),
    newTokenRefused: go('offline', 'waitForToken'),
    expiring: go('syncing', 'refresh'),
    draining: go('syncing', 'note'),
    fault: go('faulty', 'waitLong'),
    behind: go('online', 'settle'),
    clogged: go('connecting', 'open'),
  },
  online: {
    start: IGNORED,
    stop: go('idle', 'rest'),
    retryNow: IGNORED,
    wake: IGNORED,
    frozen: go('offline', 'sleep'),
    retryDue: IGNORED,
    tokenGiven: go('online', 'present'),
    noToken: go('unauthorized', 'rest'),
    tokenFailed: IGNORED,
    ready: IGNORED,
    // It was behind.
    synced: go('online', 'settle'),
    lost: go('offline', 'wait'),
    refused: go('offline', 'waitLong'),
    tokenRefused: go('connecting', 'renew'),
    newTokenRefused: go('offline', 'waitForToken'),
    expiring: go('online', 'refresh'),
    draining: go('online', 'note'),
    fault: go('faulty', 'waitLong'),
    behind: IGNORED,
    clogged: go('connecting', 'open'),
  },
  offline: {
    start: IGNORED,
    stop: go('idle', 'rest'),
    retryNow: go('connecting', 'open'),
    wake: go('connecting', 'open'),
    frozen: go('offline', 'sleep'),
    retryDue: go('connecting', 'open'),
    tokenGiven: IGNORED,
    noToken: IGNORED,
    tokenFailed: IGNORED,
    ready: IGNORED,
    synced: IGNORED,
    lost: IGNORED,
    refused: IGNORED,
    tokenRefused: IGNORED,
    newTokenRefused: IGNORED,
    expiring: IGNORED,
    draining: IGNORED,
    fault: IGNORED,
    behind: IGNORED,
    clogged: IGNORED,
  },
  unauthorized: {
    start: go('connecting', 'open'),
    stop: go('idle', 'rest'),
    retryNow: go('connecting', 'open'),
    // Only the application knows of a sign-in: looking at the page changes nothing.
    wake: IGNORED,
    frozen: IGNORED,
    retryDue: IGNORED,
    tokenGiven: IGNORED,
    noToken: IGNORED,
    tokenFailed: IGNORED,
    ready: IGNORED,
    synced: IGNORED,
    lost: IGNORED,
    refused: IGNORED,
    tokenRefused: IGNORED,
    newTokenRefused: IGNORED,
    expiring: IGNORED,
    draining: IGNORED,
    fault: IGNORED,
    behind: IGNORED,
    clogged: IGNORED,
  },
  faulty: {
    start: IGNORED,
    stop: go('idle', 'rest'),
    retryNow: go('connecting', 'open'),
    wake: go('connecting', 'open'),
    frozen: go('offline', 'sleep'),
    retryDue: go('connecting', 'open'),
    tokenGiven: IGNORED,
    noToken: IGNORED,
    tokenFailed: IGNORED,
    ready: IGNORED,
    synced: IGNORED,
    lost: IGNORED,
    refused: IGNORED,
    tokenRefused: IGNORED,
    newTokenRefused: IGNORED,
    expiring: IGNORED,
    draining: IGNORED,
    fault: IGNORED,
    behind: IGNORED,
    clogged: IGNORED,
  },
};
