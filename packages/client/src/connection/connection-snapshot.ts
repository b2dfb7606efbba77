import type { AnnouncedFeatures, AnnouncedLimits, ErrorObject } from '@parley/protocol';
import type { Subscribable } from '../subscribable.js';
import type { ConnectionState } from './states.js';

/** The state of the connection, for the application. */
export interface ConnectionSnapshot {
  state: ConnectionState;
  /** Since when it has been `online`, or since when it has not been. Milliseconds, by this machine's clock. */
  since: number;
  /** `online` on a slow line, and still catching up: what is shown may be older than what is there. */
  isBehind: boolean;
  /** Attempts since it was last `online`, the present one included; 0 while online or idle. */
  attempt: number;
  /** My id, from the server; kept while offline. */
  userId: string | null;
  /** The server's reason when it refused or closed, if it gave one; null once online. */
  error: ErrorObject | null;
  /** The defect of the program because of which it is or was `faulty`, raised as an uncaught error as well; null once online. */
  fault: unknown;
  /** As last announced. */
  limits: AnnouncedLimits | null;
  /** What the deployment has; null before it was announced, and with servers that do not announce it. */
  features: AnnouncedFeatures | null;
}

/** One field of it, as a `Subscribable` of its own. */
export function partOf<Name extends keyof ConnectionSnapshot>(
  whole: Subscribable<ConnectionSnapshot>,
  name: Name,
): Subscribable<ConnectionSnapshot[Name]> {
  return { subscribe: (listener) => whole.subscribe(listener), getSnapshot: () => whole.getSnapshot()[name] };
}
