/** The messages being sent, over all conversations. */
export interface SendingSnapshot {
  /** Messages that the server has not answered yet, and may still take. */
  readonly waiting: number;
  /** Those that it refused for good. */
  readonly failed: number;
  /** Until when it asked our sends to wait; milliseconds by this machine's clock, 0 where it never did. */
  readonly pausedUntil: number;
}
