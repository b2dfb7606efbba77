import type { Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { asParleyError } from '../../kernel/errors.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import type { AdminOutcome } from './admin-arguments.js';
import { sentenceOf } from './admin-text.js';
import { DatabaseCopyRepository } from './database-copy.repository.js';

/**
 * Lets another process copy the files of the embedded database while it is written to: the node keeps what the copy needs, from the
 * question until a second line comes or the connection ends.
 */
@Injectable()
export class DatabaseCopies {
  private isBusy = false;

  constructor(
    private readonly repository: DatabaseCopyRepository,
    private readonly reporter: EventReporter,
  ) {}

  async serve(socket: Socket): Promise<void> {
    if (this.isBusy) return void socket.end(lineOf({ code: 1, text: 'A backup is being made already.' }));
    this.isBusy = true;
    // However long the copying takes.
    socket.setTimeout(0);
    try {
      const copied = new Promise<boolean>((resolve) => {
        socket.once('data', () => resolve(true)).once('close', () => resolve(false));
      });
      answer(socket, { code: 0, text: await this.repository.begin() });
      const isWanted = await copied;
      answer(socket, { code: 0, text: await this.repository.end() });
      this.reporter.databaseCopied(isWanted);
    } catch (fault) {
      answer(socket, { code: 1, text: sentenceOf(asParleyError(fault)) });
    } finally {
      this.isBusy = false;
      socket.end();
    }
  }
}

const lineOf = (outcome: AdminOutcome): string => `${JSON.stringify(outcome)}\n`;

function answer(socket: Socket, outcome: AdminOutcome): void {
  if (socket.writable) socket.write(lineOf(outcome));
}
