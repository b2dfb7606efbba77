import { ParleyError } from '../kernel/errors.js';

/** Connection lost or refused, server starting or stopping, no slot, deadline passed: worth repeating later. */
const UNAVAILABLE_STATES = new Set(['53300', '53400', '55P03', '57014', '57P01', '57P02', '57P03', '57P05', '25P03']);
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
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !UNAVAILABLE_CODES.has(code)) return code;
  }
  return null;
}

/** Whether the connection itself is in doubt, so that it must not be used again. */
export function isConnectionFault(fault: unknown): boolean {
  for (const at of causes(fault)) {
    const { code, message } = at as { code?: unknown; message?: unknown };
    if (typeof code === 'string' && (UNAVAILABLE_CODES.has(code) || code.startsWith('08') || code.startsWith('57P')))
      return true;
    // Drizzle's own message repeats the parameters, and those are a client's.
    const isOwnWords = typeof message === 'string' && !message.startsWith('Failed query:');
    if (isOwnWords && UNAVAILABLE_TEXT.test(message)) return true;
  }
  return false;
}

/** Whether the database cannot be used for now: nothing is wrong with what was asked, and it may be asked again. */
export function isAway(fault: unknown): boolean {
  return isConnectionFault(fault) || UNAVAILABLE_STATES.has(sqlState(fault) ?? '');
}

/** The database's faults that a client should simply come back from, as such; every other fault as it is. */
export function translated(fault: unknown): unknown {
  return isAway(fault) ? new ParleyError('service_unavailable', {}, { cause: fault }) : fault;
}

/** Deadlock or serialization failure: the transaction as a whole may be repeated at once. */
export const isRepeatable = (fault: unknown): boolean => ['40P01', '40001'].includes(sqlState(fault) ?? '');

/** Data or a constraint at fault: repeating the same rows cannot help. */
export const isDataFault = (fault: unknown): boolean => /^(22|23|54|0A)/.test(sqlState(fault) ?? '');

/** The server answers, but has no connection left for this one. */
export const isOutOfSlots = (fault: unknown): boolean => sqlState(fault) === '53300';

export const isLockTimeout = (fault: unknown): boolean => sqlState(fault) === '55P03';

export const isUniqueViolation = (fault: unknown): boolean => sqlState(fault) === '23505';
