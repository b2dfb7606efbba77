import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../../config/config.js';

const SECRETS = ['authorization', 'cookie', 'set-cookie', 'password', 'token', 'accessToken', 'refreshToken', 'secret'];
const MOST_CAUSES = 5;

interface FaultLine {
  type: string;
  code?: unknown;
  message: string;
  stack?: string;
  cause?: FaultLine;
}

/** The process's log: one JSON line per event, to stdout unless a destination is given. Secrets are left out. */
export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeFault },
    redact: { paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]), censor: '[secret]' },
  };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * A fault as it may be logged. A failed query appears with its text and never with its parameters: they contain what
 * users wrote, and password hashes.
 */
export function describeFault(fault: unknown, depth = 0): FaultLine {
  if (!(fault instanceof Error)) return { type: typeof fault, message: String(fault) };
  const { code } = fault as { code?: unknown };
  const frames = fault.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: fault.name,
    ...(code !== undefined && { code }),
    message: withoutData(fault.message, code),
    ...(frames && { stack: frames.join('\n') }),
    ...(fault.cause !== undefined && depth < MOST_CAUSES && { cause: describeFault(fault.cause, depth + 1) }),
  };
}

/** Drizzle appends the parameters to its message, Postgres the value that it could not read (SQLSTATE class 22). */
function withoutData(message: string, code: unknown): string {
  if (message.startsWith('Failed query: ')) return message.split('\nparams:', 1)[0] ?? '';
  return typeof code === 'string' && code.startsWith('22') ? message.replace(/: ".*$/s, '') : message;
}
