import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';
import { describeFault } from './log.js';

/** Hands what Nest has to say to the process's log; its chatter about routes and modules only when debugging. */
export class NestLog implements LoggerService {
  constructor(private readonly sink: Logger) {}

  log(message: unknown, context?: unknown): void {
    this.sink.debug({ context }, text(message));
  }

  warn(message: unknown, context?: unknown): void {
    this.sink.warn({ context }, text(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.sink.error({ context: rest.at(-1), ...(message instanceof Error && { err: message }) }, text(message));
  }

  debug(message: unknown, context?: unknown): void {
    this.sink.debug({ context }, text(message));
  }

  verbose(message: unknown, context?: unknown): void {
    this.sink.trace({ context }, text(message));
  }

  fatal(message: unknown, context?: unknown): void {
    this.sink.fatal({ context }, text(message));
  }
}

const text = (message: unknown): string =>
  message instanceof Error ? describeFault(message).message : String(message);
