/** What the database room reports, so that it need not import what logs and counts. Each has one caller. */
export interface DatabaseReporter {
  /** A start waits for the database. */
  databaseAwaited(reason: string): void;
  /** The embedded database was made by another version of the engine; its rows are copied. */
  databaseMoving(from: string, to: string): void;
  /** `kept`: where the files of before are. */
  databaseMoved(kept: string): void;
  migrationPostponed(reason: string): void;
  databaseAway(reason: string): void;
  databaseNotWritable(reason: string): void;
  databaseBack(): void;
  /** Another node runs beside this one that must not. */
  databaseShared(refusal: string): void;
  watchSessionLost(reason: string): void;
  /** `isExplained`: the loss of the whole database was reported before. */
  idleConnectionLost(reason: string, isExplained: boolean): void;
  busyConnectionLost(reason: string, isExplained: boolean): void;
  /** The database is there, and no connection was to be had; said again only once a minute. */
  connectionMissed(reason: string): void;
}
