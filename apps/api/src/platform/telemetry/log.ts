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

/** Where the log goes unless a destination is given. Lines are written in their order, and nobody waits for it. */
export const standardOutput = (): ReturnType<typeof pino.destination> => pino.destination({ dest: 1, sync: false });

/**
 * The process's log: one JSON line per event, to stdout unless a destination is given. Secrets are left out. `base` is in
 * every line.
 */
export function createLog(
  level: LogLevel,
  destination: DestinationStream = standardOutput(),
  base: object | null = null,
): Logger {
  const options = {
    level,
    base,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeFault },
    redact: { paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]), censor: '[secret]' },
  };
  return pino(options, destination);
}

/**
 * A fault as it may be logged. A failed query appears with its text and never with its parameters: they contain what
 * users wrote, and password hashes.
 */
export function describeFault(fault: unknown, depth = 0): FaultLine {
  if (!(fault instanceof Error)) return { type: typeof fault, message: String(fault) };
  const { code } = fault as { code?: unknown };
  const stack = framesOf(fault);
  return {
    type: fault.name,
    ...(code !== undefined && { code }),
    message: withoutData(fault.message, code),
    ...(stack !== null && { stack }),
    ...(fault.cause !== undefined && depth < MOST_CAUSES && { cause: describeFault(fault.cause, depth + 1) }),
  };
}

/** Without the message before them, of which a line may look like one of them. Null where the stack has another message. */
function framesOf({ stack = '', message }: Error): string | null {
  const at = stack.indexOf(message);
  if (at === -1) return null;
  const lines = stack.slice(at + message.length).split('\n');
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}

/** Drizzle appends the parameters to its message, Postgres quotes the value that it could not use (SQLSTATE class 22). */
function withoutData(message: string, code: unknown): string {
  if (message.startsWith('Failed query: ')) return message.split('\nparams:', 1)[0] ?? '';
  return typeof code === 'string' && code.startsWith('22') ? message.replace(/:? ".*"/s, '') : message;
}
