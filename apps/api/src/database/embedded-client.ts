import pg from 'pg';
import { EngineSocket } from './engine-socket.js';
import { engineOf, PRESENT_ENGINE } from './engine-version.js';

/** With these a server ends its session, and this one has no other. */
const ENDS: unknown[] = ['PANIC', 'FATAL'];

/** A session of the embedded database, which is asked as any other Postgres is. */
export class EmbeddedClient extends pg.Client {
  /** Resolves once the engine and its thread have ended. */
  readonly ended: Promise<unknown>;
  private stopped = false;

  private constructor(socket: EngineSocket) {
    // Nobody looks at who it is; but it would be read from the environment.
    super({ user: 'postgres', database: 'postgres', host: 'localhost', ssl: false, stream: () => socket });
    this.ended = socket.exited;
    socket.once('close', () => {
      this.stopped = true;
    });
    const { connection } = this as unknown as { connection: NodeJS.EventEmitter };
    connection.on('errorMessage', ({ severity }: { severity?: string }) => {
      if (!ENDS.includes(severity)) return;
      this.stopped = true;
      socket.destroy();
    });
    // Whatever was asked fails with it.
    this.on('error', () => undefined);
  }

  /**
   * Opens the database in a directory, and makes it where there is none.
   * @throws with a sentence where another version of the engine has made it.
   */
  static async open(directory: string): Promise<EmbeddedClient> {
    requirePresent(directory);
    return EmbeddedClient.through(new EngineSocket({ directory, isSynced: true }));
  }

  /** The same, of files that need not survive a loss of power: nothing is synced. */
  static openUnsynced(directory: string): Promise<EmbeddedClient> {
    return EmbeddedClient.through(new EngineSocket({ directory, isSynced: false }));
  }

  private static async through(socket: EngineSocket): Promise<EmbeddedClient> {
    const client = new EmbeddedClient(socket);
    try {
      await client.connect();
      return client;
    } catch (fault) {
      // Whoever tries again must not have two of them at one directory.
      socket.destroy();
      await socket.exited;
      throw fault;
    }
  }

  /** After a panic, on a disk that fails for example, an engine is of no use any more; another one recovers its directory. */
  get hasStopped(): boolean {
    return this.stopped;
  }
}

function requirePresent(directory: string): void {
  const version = engineOf(directory);
  if (version === null || version === PRESENT_ENGINE) return;
  throw new Error(
    `The database in ${directory} was made by Postgres ${version}, and this version of Parley has ${PRESENT_ENGINE}. ` +
      'A node moves it over when it starts: start one first.',
  );
}
