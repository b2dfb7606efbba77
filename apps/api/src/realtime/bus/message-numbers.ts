import { forgetOldest } from '../../kernel/forget-oldest.js';

/** Of so many nodes, those that are gone included. */
const MOST_NODES = 1_000;

/** Numbers the messages of a topic, so that one which is repeated later is ignored. */
export class MessageNumbers {
  private readonly lastOf = new Map<string, number>();
  private last = 0;

  /** Of the next message of this node. */
  next(): number {
    this.last += 1;
    return this.last;
  }

  /** Whether a message is newer than all that came from that node: whoever may publish in Redis could repeat an old one. */
  isNext(nodeId: string, number: number): boolean {
    if (number <= (this.lastOf.get(nodeId) ?? 0)) return false;
    this.lastOf.delete(nodeId);
    this.lastOf.set(nodeId, number);
    forgetOldest(this.lastOf, MOST_NODES);
    return true;
  }
}
