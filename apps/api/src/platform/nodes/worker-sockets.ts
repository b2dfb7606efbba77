import { join } from 'node:path';
import type { WorkerPlace } from '../../config/config.js';

type Directory = Pick<WorkerPlace, 'directory'>;

/** Where the hub of the workers listens. */
export const busSocket = ({ directory }: Directory): string => join(directory, 'bus');

/** Where a worker listens for requests that are for its sessions and came in at another. */
export const sessionSocket = ({ directory }: Directory, number: number): string => join(directory, `worker-${number}`);
