import type { PlainSession } from '../database/plain-session.js';

/** An empty database that no node uses, on its way to hold a backup: all of it, or nothing. */
export interface RestoreTarget {
  session: PlainSession;
  /** So many bytes of rows came. */
  written(bytes: number): Promise<void>;
  finish(): Promise<void>;
  /** Leaves the database as it was. */
  discard(): Promise<void>;
}
