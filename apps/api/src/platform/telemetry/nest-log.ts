import type { LoggerService } from '@nestjs/common';
import type { Level } from 'pino';
import type { EventReporter } from './event-reporter.js';
import { describeFault } from './log.js';

/** Nest's lines, in the process's log; those about routes and modules only at `debug`. */
export class NestLog implements LoggerService {
  constructor(private readonly reporter: EventReporter) {}

  log(message: unknown, context?: unknown): void {
    this.report('debug', message, context);
  }

  warn(message: unknown, context?: unknown): void {
    this.report('warn', message, context);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.report('error', message, rest.at(-1));
  }

  debug(message: unknown, context?: unknown): void {
    this.report('debug', message, context);
  }

  verbose(message: unknown, context?: unknown): void {
    this.report('trace', message, context);
  }

  fatal(message: unknown, context?: unknown): void {
    this.report('fatal', message, context);
  }

  private report(level: Level, message: unknown, context: unknown): void {
    const isFault = message instanceof Error;
    const text = isFault ? describeFault(message).message : String(message);
    this.reporter.frameworkSaid(level, text, { context, ...(isFault && { err: message }) });
  }
}
