import { MessageNumbers } from '../../realtime/bus/message-numbers.js';
import type { NodeBus } from '../../realtime/bus/node-bus.js';
import { TYPING, type TypingChange } from './typing-topic.js';

/** What changes within this time travels in one message, whatever the number of conversations. */
const GATHER_MS = 100;
const MOST_IN_A_MESSAGE = 1_000;
const MOST_GATHERED = 10_000;

/** Publishes who types at this node, and receives who types at the others. */
export class TypingExchange {
  private readonly gathered = new Map<string, TypingChange>();
  private readonly numbers = new MessageNumbers();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly bus: NodeBus,
    onChange: (change: TypingChange) => void,
  ) {
    bus.on(TYPING, ({ number, changes }, { nodeId }) => {
      if (this.numbers.isNext(nodeId, number)) for (const change of changes) onChange(change);
    });
  }

  /** The latest of each person and conversation goes out. */
  publish(change: TypingChange): void {
    const key = `${change.conversationId} ${change.userId}`;
    // An end replaces the start that it ends, else that would still go out.
    if (this.gathered.size >= MOST_GATHERED && !this.gathered.has(key)) return;
    this.gathered.set(key, change);
    this.timer ??= setTimeout(() => this.send(), GATHER_MS).unref();
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  private send(): void {
    this.timer = null;
    const changes = [...this.gathered.values()];
    this.gathered.clear();
    for (let at = 0; at < changes.length; at += MOST_IN_A_MESSAGE) {
      this.bus.publish(TYPING, { number: this.numbers.next(), changes: changes.slice(at, at + MOST_IN_A_MESSAGE) });
    }
  }
}
