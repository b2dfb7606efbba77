import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { isOutOfState } from '../../database/faults.js';
import { asParleyError } from '../../kernel/errors.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import type { AdminOutcome } from './admin-arguments.js';
import { sentenceOf } from './admin-text.js';
import { DatabaseCopyRepository } from './database-copy.repository.js';

/** Between attempts to end a copy, twice as long each time; tests make it short. */
export const END_AGAIN = { firstMs: 1_000, mostMs: 60_000 };

/**
 * Lets another process copy the files of the embedded database while it is written to: the node keeps what the copy needs, from the
 * question until a second line comes or the connection ends.
 */
@Injectable()
export class DatabaseCopies implements OnApplicationShutdown {
  private isBusy = false;
  private isStopped = false;

  constructor(
    private readonly repository: DatabaseCopyRepository,
    private readonly reporter: EventReporter,
  ) {}

  onApplicationShutdown(): void {
    this.isStopped = true;
  }

  async serve(socket: Socket): Promise<void> {
    if (this.isBusy) return void socket.end(lineOf({ code: 1, text: 'A backup is being made already.' }));
    this.isBusy = true;
    // However long the copying takes.
    socket.setTimeout(0);
    try {
      const copied = new Promise<boolean>((resolve) => {
        socket.once('data', () => resolve(true)).once('close', () => resolve(false));
      });
      answer(socket, { code: 0, text: await this.begin() });
      const isWanted = await copied;
      answer(socket, { code: 0, text: await this.end() });
      this.reporter.databaseCopied(isWanted);
    } catch (fault) {
      answer(socket, { code: 1, text: sentenceOf(asParleyError(fault)) });
    } finally {
      this.isBusy = false;
      socket.end();
    }
  }

  private async begin(): Promise<string> {
    try {
      return await this.repository.begin();
    } catch (fault) {
      if (!isOutOfState(fault)) throw fault;
      // One that was begun has not been ended.
      await this.repository.end();
      return this.repository.begin();
    }
  }

  /** Until it is ended the log only grows. An engine that was begun anew has nothing to end, and the copy is of no use. */
  private async end(): Promise<string> {
    for (let pauseMs = END_AGAIN.firstMs; ; pauseMs = Math.min(2 * pauseMs, END_AGAIN.mostMs)) {
      try {
        return await this.repository.end();
      } catch (fault) {
        if (isOutOfState(fault) || this.isStopped) throw fault;
        await sleep(pauseMs, undefined, { ref: false });
      }
    }
  }
}

const lineOf = (outcome: AdminOutcome): string => `${JSON.stringify(outcome)}\n`;

function answer(socket: Socket, outcome: AdminOutcome): void {
  if (socket.writable) socket.write(lineOf(outcome));
}
