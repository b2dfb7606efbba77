import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { adminSocketAddress, COPY_DATABASE, DESCRIBE_DATABASE } from '../../platform/nodes/admin-socket-address.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { AdminCommands } from './admin-commands.js';
import { DatabaseCopies } from './database-copies.js';
import { DatabaseFactsService } from './database-facts.service.js';

const LONGEST_QUESTION = 65_536;
const TIMEOUT_MS = 30_000;

/**
 * Takes commands for the embedded database, which only this process may open: from whoever may read its files. A question
 * is a line of JSON, the arguments; so is the answer. A backup goes on talking (`database-copies.ts`).
 */
@Injectable()
export class AdminSocket implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly commands: AdminCommands,
    private readonly copies: DatabaseCopies,
    private readonly facts: DatabaseFactsService,
    private readonly reporter: EventReporter,
  ) {}

  /** A node that cannot be asked still serves. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.config.databaseUrl !== null) return;
    const path = adminSocketAddress(this.config.dataDir);
    const failure = path === null ? 'the path of DATA_DIR is too long for a socket' : await this.listen(path);
    if (failure !== null) this.reporter.adminSocketMissing(failure);
  }

  onApplicationShutdown(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
  }

  /**
   * Whoever had a socket there before is dead: this process holds the lock on the directory. Answers why it does not
   * listen, null where it does.
   */
  private listen(path: string): Promise<string | null> {
    const obstacle = cleared(path);
    if (obstacle !== null) return Promise.resolve(obstacle);
    const server = createServer((socket) => this.receive(socket));
    this.server = server;
    // Nobody else may connect in the moment before its mode is set.
    const before = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(before);
    }
    return new Promise((resolve) => {
      server.once('listening', () => {
        chmodSync(path, 0o600);
        resolve(null);
      });
      server.on('error', (fault) => resolve(fault.message));
    });
  }

  private receive(socket: Socket): void {
    let text = '';
    this.sockets.add(socket);
    socket.setEncoding('utf8').setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    const take = (more: string) => {
      text += more;
      if (text.length > LONGEST_QUESTION) socket.destroy();
      if (!text.endsWith('\n')) return;
      socket.off('data', take);
      void this.answer(socket, text);
    };
    socket.on('data', take);
  }

  private async answer(socket: Socket, text: string): Promise<void> {
    const args = argumentsIn(text);
    if (args === null) return void socket.destroy();
    if (args[0] === COPY_DATABASE) return this.copies.serve(socket);
    const outcome = await (args[0] === DESCRIBE_DATABASE ? this.facts.describe() : this.commands.run(args));
    socket.end(`${JSON.stringify(outcome)}\n`);
  }
}

/** Removes the socket of a process that is gone. Why that failed, as for a directory of that name; else null. */
function cleared(path: string): string | null {
  try {
    rmSync(path, { force: true });
    return null;
  } catch (fault) {
    return String(fault);
  }
}

function argumentsIn(text: string): string[] | null {
  try {
    const given: unknown = JSON.parse(text);
    return Array.isArray(given) && given.every((each) => typeof each === 'string') ? given : null;
  } catch {
    return null;
  }
}
