import type { SendCommand } from '@parley/protocol';

/** Buffers are valid only during the call. */
export interface LineHandlers {
  /** A message came. */
  onDelivery(frame: Buffer): void;
  /** A send was answered. */
  onAnswer(isAcked: boolean, answer: Buffer): void;
  onClosed(reason: string): void;
}

/** One member's connection, as the load uses it: it looks at no more of a frame than it has to. */
export interface LoadLine {
  send(command: SendCommand): void;
}
