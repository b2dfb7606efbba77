import type { NodeLink } from '../../platform/nodes/node-link.js';
import type { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { ALL_NODES, type Channel, NodeBus } from './node-bus.js';

const PREFIX = { conversation: 'c:', user: 'u:', nodes: 'nodes' };
const nameOf = ({ kind, id }: Channel): string => PREFIX[kind] + id;

/** The bus of several nodes, through Redis. The link seals every message, and opens none that another deployment has sent. */
export class LinkedNodeBus extends NodeBus {
  constructor(
    private readonly link: NodeLink,
    reporter: EventReporter,
  ) {
    super(reporter);
    this.subscribe(ALL_NODES);
  }

  get nodeId(): string {
    return this.link.nodeId;
  }

  belongTo(deployment: string): void {
    this.link.belongTo(deployment);
  }

  subscribe(channel: Channel): void {
    this.link.subscribe(nameOf(channel), (payload, nodeId) => this.receive(channel, payload, nodeId));
  }

  unsubscribe(channel: Channel): void {
    this.link.unsubscribe(nameOf(channel));
  }

  protected get isConnected(): boolean {
    return this.link.isConnected;
  }

  protected send(channel: Channel, message: string): void {
    this.link.publish(nameOf(channel), message);
  }
}
