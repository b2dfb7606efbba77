import { eventually } from '../clients/eventually.js';
import { freePort } from './places.js';
import { RedisServer } from './redis-server.js';

const SLOTS = 16_384;

/** A Redis cluster of our own: each of its nodes has a part of the slots, and none a replica. */
export class RedisCluster {
  private constructor(readonly nodes: readonly RedisServer[]) {}

  static async start(count = 3): Promise<RedisCluster> {
    const nodes: RedisServer[] = [];
    const cluster = new RedisCluster(nodes);
    try {
      const buses: string[] = [];
      for (let i = 0; i < count; i += 1) {
        const bus = String(await freePort());
        buses.push(bus);
        const settings = { 'cluster-enabled': 'yes', 'cluster-port': bus, 'cluster-node-timeout': '2000' };
        nodes.push(await RedisServer.start({ settings }));
      }
      await cluster.join(buses);
      return cluster;
    } catch (fault) {
      await cluster.close();
      throw fault;
    }
  }

  get urls(): string[] {
    return this.nodes.map(({ url }) => url);
  }

  /** Resolves once each node knows the others, and all slots are served. */
  async isWhole(): Promise<void> {
    await eventually('each node of the cluster knows the others', async () => {
      const infos = await Promise.all(this.nodes.map((node) => node.command('CLUSTER', 'INFO')));
      const known = `cluster_known_nodes:${this.nodes.length}`;
      return infos.every((info) => String(info).includes('cluster_state:ok') && String(info).includes(known));
    });
  }

  /** Gives a slot to another node, as moving it there does in the end. */
  async moveSlot(slot: number, to: RedisServer): Promise<void> {
    const id = String(await to.command('CLUSTER', 'MYID'));
    for (const node of this.nodes) await node.command('CLUSTER', 'SETSLOT', String(slot), 'NODE', id);
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
  }

  private async join(buses: readonly string[]): Promise<void> {
    const [first] = this.nodes as [RedisServer];
    const share = Math.ceil(SLOTS / this.nodes.length);
    for (const [i, node] of this.nodes.entries()) {
      const last = Math.min((i + 1) * share, SLOTS) - 1;
      await node.command('CLUSTER', 'ADDSLOTSRANGE', String(i * share), String(last));
      if (node !== first) await first.command('CLUSTER', 'MEET', '127.0.0.1', String(node.port), buses[i] as string);
    }
    await this.isWhole();
  }
}
