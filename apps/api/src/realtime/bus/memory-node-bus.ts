import { randomBytes } from 'node:crypto';
import type { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { ALL_NODES, type Channel, NodeBus } from './node-bus.js';

const nameOf = ({ kind, id }: Channel): string => `${kind}:${id}`;

/** The bus of nodes within one process; a node without Redis is its only one, and sends nothing. */
export class MemoryNodeBus extends NodeBus {
  readonly nodeId = randomBytes(4).toString('hex');
  private readonly channels = new Set([nameOf(ALL_NODES)]);

  /** @param nodes those that reach each other; this one enters. */
  constructor(
    reporter: Pick<EventReporter, 'busMessageUnreadable'>,
    private readonly nodes = new Set<MemoryNodeBus>(),
  ) {
    super(reporter);
    nodes.add(this);
  }

  belongTo(): void {}

  subscribe(channel: Channel): void {
    this.channels.add(nameOf(channel));
  }

  unsubscribe(channel: Channel): void {
    this.channels.delete(nameOf(channel));
  }

  protected get isConnected(): boolean {
    return this.nodes.size > 1;
  }

  protected send(channel: Channel, message: string): void {
    for (const node of this.nodes) {
      if (node !== this && node.channels.has(nameOf(channel))) node.receive(channel, Buffer.from(message), this.nodeId);
    }
  }
}
