import type { SyncAnswer, SyncBody } from '@parley/protocol';
import type { Model } from '../model/model.js';

/** Brings the store to where the server is, one question at a time. */
export declare class Syncer {
  constructor(model: Model, ask: (body: SyncBody) => Promise<SyncAnswer>);
  /**
   * A new connection is ready: asks until there is nothing more, then again whenever the store is in need. Failures are
   * repeated with back-off. Resolves with true when everything is there, with false if stopped or started anew before.
   */
  start(): Promise<boolean>;
  /** The connection ended: answers that still come are dropped. */
  stop(): void;
}
