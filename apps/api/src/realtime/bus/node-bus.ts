import type { EventReporter } from '../../platform/telemetry/event-reporter.js';
import type { ChannelKind, Topic } from './topic.js';

export interface Channel {
  kind: ChannelKind;
  /** Of the conversation or user; empty where it is that of all nodes. */
  id: string;
}

/** How a message came. */
export interface Origin {
  /** Of the channel's conversation or user. */
  id: string;
  nodeId: string;
  /** In bytes as it travelled. */
  size: number;
}

interface Route {
  topic: Topic<unknown>;
  listener: (payload: unknown, origin: Origin) => void;
}

export const ALL_NODES: Channel = { kind: 'nodes', id: '' };
const END_OF_HEADER = '\n';
const headerOf = ({ name, format }: Pick<Topic<unknown>, 'name' | 'format'>): string => `${name} ${format}`;

/**
 * Carries messages from this node to the others, by topic. It may lose, repeat and reorder them, never throws, and is never
 * awaited. What this node publishes does not come back to it.
 */
export abstract class NodeBus {
  private readonly routes = new Map<string, Route>();
  /** Messages since this node started, to others and from them. */
  readonly traffic = { out: 0, in: 0 };

  constructor(private readonly reporter: Pick<EventReporter, 'busMessageUnreadable'>) {}

  /** Names this node to the others, eight characters. */
  abstract readonly nodeId: string;
  /** Which deployment this node belongs to: it receives from no other. */
  abstract belongTo(deployment: string): void;
  abstract subscribe(channel: Channel): void;
  abstract unsubscribe(channel: Channel): void;
  /** Whether there is another node to send to. */
  protected abstract readonly isConnected: boolean;
  protected abstract send(channel: Channel, message: string): void;

  /** Calls `listener` with what other nodes publish, on the channels that this node has subscribed to. One a topic. */
  on<Payload>(topic: Topic<Payload>, listener: (payload: Payload, origin: Origin) => void): void {
    this.routes.set(headerOf(topic), { topic, listener } as Route);
  }

  /** @param id of the conversation or user whose channel the topic goes by. */
  publish<Payload>(topic: Topic<Payload>, payload: Payload, id = ''): void {
    if (!this.isConnected) return;
    this.traffic.out += 1;
    const json = topic.encode?.(payload) ?? JSON.stringify(payload);
    this.send({ kind: topic.channel, id }, headerOf(topic) + END_OF_HEADER + json);
  }

  protected receive({ kind, id }: Channel, message: Buffer, nodeId: string): void {
    this.traffic.in += 1;
    const end = message.indexOf(END_OF_HEADER);
    const header = message.toString('latin1', 0, Math.max(0, end));
    const route = this.routes.get(header);
    if (route?.topic.channel !== kind) return;
    const payload = parse(message.toString('utf8', end + 1), route.topic);
    if (payload === null) return this.reporter.busMessageUnreadable(header, id);
    route.listener(payload, { id, nodeId, size: message.length });
  }
}

function parse(json: string, topic: Topic<unknown>): unknown {
  try {
    return topic.decode(JSON.parse(json));
  } catch {
    return null;
  }
}
