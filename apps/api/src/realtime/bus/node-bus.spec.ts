import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryNodeBus } from './memory-node-bus.js';
import type { Topic } from './topic.js';

const text = (value: unknown) => (typeof value === 'string' ? value : null);
const GREETING: Topic<string> = { name: 'greeting', format: 2, channel: 'conversation', decode: text };
const NOTICE: Topic<string> = { name: 'notice', format: 1, channel: 'nodes', decode: text };

describe('the bus between nodes', () => {
  let nodes: MemoryNodeBus[];
  let unreadable: string[];
  /** What each node has received. */
  let received: string[][];

  beforeEach(() => {
    const all = new Set<MemoryNodeBus>();
    unreadable = [];
    const reporter = { busMessageUnreadable: (topic: string, id: string) => void unreadable.push(`${topic} of ${id}`) };
    nodes = Array.from({ length: 3 }, () => new MemoryNodeBus(reporter, all));
    received = nodes.map((node) => {
      const own: string[] = [];
      node.on(GREETING, (payload, { id }) => own.push(`${payload} in ${id}`));
      node.on(NOTICE, (payload, { nodeId }) => own.push(`${payload} from ${nodeId}`));
      return own;
    });
  });

  it('S2.17: brings a message to the other nodes that subscribed to its channel, and never back', () => {
    const [one, two, three] = nodes as [MemoryNodeBus, MemoryNodeBus, MemoryNodeBus];
    for (const node of [one, two]) node.subscribe({ kind: 'conversation', id: 'c1' });
    three.subscribe({ kind: 'user', id: 'c1' });
    one.publish(GREETING, 'ä€😀', 'c1');
    one.publish(GREETING, 'elsewhere', 'c2');
    two.unsubscribe({ kind: 'conversation', id: 'c1' });
    one.publish(GREETING, 'too late', 'c1');
    one.publish(NOTICE, 'all');
    expect(received).toEqual([[], ['ä€😀 in c1', `all from ${one.nodeId}`], [`all from ${one.nodeId}`]]);
  });

  it('ignores the topics and formats of another build, and a topic on a channel that is not its own', () => {
    const [one] = nodes as [MemoryNodeBus];
    one.publish({ ...NOTICE, format: 2 }, 'newer');
    one.publish({ ...NOTICE, name: 'unheard of' }, 'new');
    one.publish({ ...GREETING, channel: 'nodes' }, 'astray');
    expect([received.flat(), unreadable]).toEqual([[], []]);
  });

  it('reports what a topic it knows cannot decode, and gives it to nobody', () => {
    const [one] = nodes as [MemoryNodeBus];
    one.publish({ ...NOTICE, decode: () => null } as Topic<unknown>, { not: 'a text' });
    one.publish({ ...NOTICE, encode: () => '"half' }, '');
    expect([received.flat(), unreadable]).toEqual([[], Array(4).fill('notice 1 of ')]);
  });
});
