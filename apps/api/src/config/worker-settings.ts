import { availableParallelism } from 'node:os';
import type { WorkerPlace } from './config.js';

/** What of the environment's reader is needed here. */
interface Reader {
  text(name: string): string | null;
  fault(sentence: string): void;
}

const MOST = 64;

/** How many nodes one start runs behind one port. */
export function workerCount(reader: Reader, databaseUrl: string | null): number {
  const value = reader.text('WORKERS') ?? '1';
  const count = value === 'auto' ? Math.min(availableParallelism(), MOST) : Number(/^\d{1,3}$/.test(value) ? value : 0);
  if (count < 1 || count > MOST) {
    reader.fault(`WORKERS must be auto or a whole number from 1 to ${MOST}; it is "${value}".`);
    return 1;
  }
  if (count > 1 && !databaseUrl) {
    reader.fault(
      'WORKERS is for several nodes, and several nodes need a common database: set DATABASE_URL too, or WORKERS=1.',
    );
  }
  if (count > 1 && process.platform === 'win32') {
    reader.fault('WORKERS needs sockets that are files, which Windows does not have: set WORKERS=1.');
  }
  return count;
}

/** What the launcher sets for a worker: the two are one program. */
export const placeAsText = ({ number, directory }: Pick<WorkerPlace, 'number' | 'directory'>): string =>
  `${number} ${directory}`;

/** Null where this process is no worker. */
export function workerPlace(text: string | undefined, count: number): WorkerPlace | null {
  const [, number, directory] = /^(\d+) (.+)$/.exec(text ?? '') ?? [];
  return number && directory ? { number: Number(number), count, directory } : null;
}
