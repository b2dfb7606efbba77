import { randomUUID } from 'node:crypto';
import { monotonicSeconds, type Recorder } from '../history/recorder.js';
import { inTurnOf, type Transport } from '../transports/transport-client.contract.js';
import { persist } from './persistence.js';
import type { Person } from './person.js';
import { SocketDevice } from './socket-device.js';

interface Probe {
  from: string;
  sent: number;
  isAcked: boolean;
  /** The nodes at which it has not arrived yet. */
  missing: Set<string>;
}

export interface ProbeOptions {
  /** By name, each with its own address. */
  nodes: readonly { name: string; url: string }[];
  people: readonly Person[];
  conversation: string;
  recorder: Recorder;
  transports: readonly Transport[];
  every: number;
  timeout: number;
}

/** Sends messages from each node to each node all the time, and records how long each takes. */
export class Probes {
  readonly devices: SocketDevice[];
  private readonly open = new Map<string, Probe>();
  private readonly busy = new Set<string>();
  private readonly underWay = new Set<Promise<unknown>>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: ProbeOptions) {
    const { nodes, people, recorder, transports } = options;
    this.devices = nodes.map(({ name, url }, place) => {
      const person = people[place];
      if (!person) throw new Error('There are fewer probers than nodes.');
      const onMessage = (clientMessageId: string) => this.heard(clientMessageId, name);
      return new SocketDevice({ url, person, recorder, transport: inTurnOf(transports, place), node: name, onMessage });
    });
  }

  start(): void {
    this.timer ??= setInterval(() => {
      for (const [place, { name }] of this.options.nodes.entries()) this.send(name, this.devices[place]);
    }, this.options.every);
  }

  /** Resolves when the last ones are acknowledged or given up. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    await Promise.all(this.underWay);
  }

  /** Records the probes that were acknowledged and did not arrive at every node. */
  conclude(): void {
    for (const { from, sent, isAcked, missing } of this.open.values()) {
      for (const to of missing) {
        if (isAcked) this.options.recorder.record({ type: 'probe', from, to, sent, ms: null });
      }
    }
    this.open.clear();
  }

  private send(from: string, device: SocketDevice | undefined): void {
    if (!device || this.busy.has(from) || !device.isReady) return;
    this.busy.add(from);
    const { conversation, nodes, timeout } = this.options;
    const id = randomUUID();
    const missing = new Set(nodes.map(({ name }) => name));
    const probe: Probe = { from, sent: monotonicSeconds(), isAcked: false, missing };
    this.open.set(id, probe);
    const work = persist(device, timeout, () => device.send(conversation, id, `probe ${id}`)).then(({ how }) => {
      if (how === 'ok') probe.isAcked = true;
      this.busy.delete(from);
      this.underWay.delete(work);
    });
    this.underWay.add(work);
  }

  private heard(id: string, to: string): void {
    const probe = this.open.get(id);
    if (!probe?.missing.delete(to)) return;
    const { from, sent } = probe;
    const ms = Math.round((monotonicSeconds() - sent) * 1e6) / 1e3;
    this.options.recorder.record({ type: 'probe', from, to, sent, ms });
    if (probe.missing.size === 0) this.open.delete(id);
  }
}
