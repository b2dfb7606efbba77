import { ParleyError } from '../kernel/errors.js';

/** SQLSTATE classes about the server or the way to it: connection, resources, operator intervention. */
const UNAVAILABLE_CLASSES = new Set(['08', '53', '57']);
/**
 * Of other classes: read-only, a transaction ended by its deadline, not ready for this or in use, lock not available,
 * the system around the server, its files. Damage (XX001, XX002, 58P01) is missing here, because it concerns only what
 * was touched.
 */
const UNAVAILABLE_STATES = new Set(['25006', '25P03', '25P04', '55000', '55006', '55P03', '58000', '58030']);
/** A statement that was prepared in this session is unknown to it, or was prepared by somebody else: a pooler shares it. */
const SHARED_SESSION_STATES = new Set(['26000', '42P05']);
/** With these no session can write. */
const UNFIT_STATES = new Set(['25006', '53000', '53100', '53200', '58000', '58030']);
/** No transaction number is assigned any more until a vacuum; its SQLSTATE is that of a value too large. */
const WRAPAROUND = /^GetNew(Transaction|MultiXact)Id$/;
const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const UNAVAILABLE_TEXT =
  /connection terminated|timeout exceeded when trying to connect|timeout expired|query read timeout|not queryable|client was closed|cannot use a pool after/i;

function* causes(fault: unknown): Generator<object> {
  for (let at = fault; typeof at === 'object' && at !== null; at = (at as { cause?: unknown }).cause) yield at;
}

/** The SQLSTATE of a database fault, wherever in the chain of causes it is. */
function sqlState(fault: unknown): string | null {
  for (const at of causes(fault)) {
    const { code, routine } = at as { code?: unknown; routine?: unknown };
    if (typeof routine === 'string' && WRAPAROUND.test(routine)) return '53000';
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !UNAVAILABLE_CODES.has(code)) return code;
  }
  return null;
}

/** Where Postgres finds that what it has planned under a name would now answer with other columns: a table was changed. */
const isPlanOutdated = (fault: object): boolean => (fault as { routine?: unknown }).routine === 'RevalidateCachedQuery';

const isOfSharedSession = (fault: object): boolean =>
  SHARED_SESSION_STATES.has(String((fault as { code?: unknown }).code));

/** Whether the connection itself may be broken, so that it must not be used again. */
export function isConnectionFault(fault: unknown): boolean {
  for (const at of causes(fault)) {
    const { code, message } = at as { code?: unknown; message?: unknown };
    if (isPlanOutdated(at) || isOfSharedSession(at)) return true;
    if (typeof code === 'string' && (UNAVAILABLE_CODES.has(code) || /^(08|57P)/.test(code))) return true;
    // Drizzle's own message repeats the parameters, and those are a client's.
    const isOwnWords = typeof message === 'string' && !message.startsWith('Failed query:');
    if (isOwnWords && UNAVAILABLE_TEXT.test(message)) return true;
  }
  return false;
}

/** Whether the database cannot be used for now: the statement is valid and may be repeated. */
export function isAway(fault: unknown): boolean {
  const state = sqlState(fault) ?? '';
  return isConnectionFault(fault) || UNAVAILABLE_CLASSES.has(state.slice(0, 2)) || UNAVAILABLE_STATES.has(state);
}

/** Whether the database is there, but in a state in which no session can write. */
export const isUnfit = (fault: unknown): boolean => UNFIT_STATES.has(sqlState(fault) ?? '');

/** A fault of several addresses that were tried in vain has no message, only a code. */
export function wordsOf(fault: unknown): string {
  const { message, code } = ([...causes(fault)].at(-1) ?? {}) as { message?: string; code?: string };
  return message || code || String(fault);
}

/** The database's faults that a client should simply come back from, as such; every other fault as it is. */
export function translated(fault: unknown): unknown {
  if (!isAway(fault)) return fault;
  // Of a session that is shared nobody else says anything.
  const isReported = isUnfit(fault) || (isConnectionFault(fault) && ![...causes(fault)].some(isOfSharedSession));
  return new ParleyError('service_unavailable', { isReported }, { cause: fault });
}

/** Deadlock or serialization failure: the transaction as a whole may be repeated at once. */
export const isRepeatable = (fault: unknown): boolean => ['40P01', '40001'].includes(sqlState(fault) ?? '');

/** Data, a constraint or a trigger refused the rows: repeating them cannot help. */
export const isDataFault = (fault: unknown): boolean =>
  /^(22|23|54|0A|P0001)/.test(sqlState(fault) ?? '') && ![...causes(fault)].some(isPlanOutdated);

/** The server answers, but has no connection left for this one. */
export const isOutOfSlots = (fault: unknown): boolean => sqlState(fault) === '53300';

/** What a statement wants to end has not been begun, or the other way round. */
export const isOutOfState = (fault: unknown): boolean => sqlState(fault) === '55000';

export const isLockTimeout = (fault: unknown): boolean => sqlState(fault) === '55P03';

export const isUniqueViolation = (fault: unknown): boolean => sqlState(fault) === '23505';
