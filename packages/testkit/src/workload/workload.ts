import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../clients/http-client.js';
import type { Recorder } from '../history/recorder.js';
import { inTurnOf } from '../transports/transport-client.contract.js';
import { Chance } from './chance.js';
import type { Device } from './device.contract.js';
import { FinalReading } from './final-reading.js';
import { createFixture, type Fixture, inTurn } from './fixture.js';
import type { Journal } from './journal.js';
import type { Person } from './person.js';
import { Probes } from './probes.js';
import { RandomOperations } from './random-operations.js';
import { RawDevice } from './raw-device.js';
import { RestDevice } from './rest-device.js';
import { SdkDevice } from './sdk-device.js';
import { SocketDevice } from './socket-device.js';
import { FULL_WORKLOAD, type WorkloadShape } from './workload-shape.js';

export interface WorkloadOptions {
  /** Where ordinary devices connect. */
  balancerUrl: string;
  /** Each node's own address, in order: they are called n1, n2 … */
  nodeUrls: readonly string[];
  recorder: Recorder;
  seed: number;
  shape?: Partial<WorkloadShape>;
}

export interface Rest {
  isQuiet: boolean;
  /** What was missing when the timeout ended. */
  waitingFor: string[];
}

const LOOK_MS = 200;
const CONNECT_SECONDS = 30;
const REQUEST_MS = 5_000;
const SHOWN = 3;

/** A device that follows conversations by their versions. */
interface Follower {
  readonly name: string;
  readonly isReady: boolean;
  readonly journal: Journal;
  versionOf(conversation: string): number | null;
}

/** Many users at many devices, who send, read and change messages whatever happens to the servers; all of it is recorded. */
export class Workload {
  private readonly devices: ReadonlyMap<string, Device>;
  private readonly observers: readonly SocketDevice[];
  private readonly raw: readonly RawDevice[];
  private readonly probes: Probes | null;
  private readonly operations: RandomOperations;

  private constructor(
    private readonly options: WorkloadOptions,
    private readonly fixture: Fixture,
    shape: WorkloadShape,
  ) {
    const { balancerUrl: url, recorder, seed } = options;
    const { transports } = shape;
    const nodes = options.nodeUrls.map((own, place) => ({ name: `n${place + 1}`, url: own }));
    this.devices = openDevices(fixture.actors, { shape, url, recorder, seed });
    this.observers = nodes.flatMap((node, place) =>
      (fixture.observers[place] ?? []).map((person, at) => {
        const transport = inTurnOf(transports, place + at);
        return new SocketDevice({ url: node.url, person, recorder, transport, node: node.name });
      }),
    );
    this.raw = transports.map((transport) => new RawDevice({ url, person: fixture.raw, recorder, transport }));
    const conversation = fixture.gatherings.find(({ kind }) => kind === 'probe')?.id;
    const { probeEvery: every, timeout } = shape;
    const asked = { nodes, people: fixture.probers, recorder, transports, every, timeout };
    this.probes = conversation === undefined ? null : new Probes({ ...asked, conversation });
    this.operations = new RandomOperations(this.devices, fixture.gatherings, shape, seed);
  }

  /** Resolves when everyone is connected, and nothing is sent yet: `run` begins that. */
  static async start(options: WorkloadOptions): Promise<Workload> {
    const { balancerUrl: url, nodeUrls, recorder } = options;
    const shape = { ...FULL_WORKLOAD, ...options.shape };
    const { run } = recorder.header;
    const fixture = await createFixture({ url, nodes: nodeUrls.length, run, shape, recorder });
    const workload = new Workload(options, fixture, shape);
    await workload.connected().catch(async (fault: unknown) => {
      await workload.close();
      throw fault;
    });
    return workload;
  }

  /** Starts the operations and the probes. `rate`: messages a second, where it is not the shape's. */
  run(rate?: number): void {
    this.operations.start(rate);
    this.probes?.start();
  }

  /** Starts nothing more; resolves once every operation has ended and every device has every conversation's last version. */
  async rest(timeout = 30): Promise<Rest> {
    this.operations.pause();
    await Promise.all([this.operations.stop(), this.probes?.stop()]);
    const until = Date.now() + timeout * 1_000;
    for (;;) {
      const waitingFor = await this.behind();
      if (waitingFor.length === 0) return { isQuiet: true, waitingFor };
      if (Date.now() > until) return { isQuiet: false, waitingFor: waitingFor.slice(0, 20) };
      await sleep(LOOK_MS);
    }
  }

  /** Reads everything through every node, and closes all devices. To be called once, after `rest`. */
  async finish(): Promise<void> {
    const { nodeUrls, recorder } = this.options;
    try {
      this.probes?.conclude();
      for (const device of this.devices.values()) await this.show(device);
      for (const [place, url] of nodeUrls.entries()) {
        const reading = new FinalReading({ name: `n${place + 1}`, url }, recorder);
        await reading.read(this.fixture.gatherings, this.fixture.actors);
      }
    } finally {
      await this.close();
      recorder.flush();
    }
  }

  /** Ends without reading anything. */
  async close(): Promise<void> {
    this.operations.pause();
    const all = [...this.devices.values(), ...this.observers, ...(this.probes?.devices ?? []), ...this.raw];
    await Promise.all(all.map(async (device) => device.close()));
  }

  private get followers(): Follower[] {
    const { devices, observers, probes, raw } = this;
    const sockets: Follower[] = [...devices.values(), ...observers, ...(probes?.devices ?? [])].filter(
      (device) => !(device instanceof RestDevice),
    );
    return [...sockets, ...raw];
  }

  private async connected(): Promise<void> {
    const until = Date.now() + CONNECT_SECONDS * 1_000;
    for (;;) {
      const late = this.followers.filter(({ isReady }) => !isReady).map(({ name }) => name);
      if (late.length === 0) return;
      if (Date.now() > until) throw new Error(`Not connected within ${CONNECT_SECONDS} s: ${late.join(', ')}.`);
      await sleep(LOOK_MS);
    }
  }

  /** Shows what our own client makes of a few conversations. */
  private async show(device: Device): Promise<void> {
    if (!(device instanceof SdkDevice)) return;
    const mine = this.fixture.gatherings.filter(({ members }) => members.has(device.person));
    for (const { id } of mine.slice(0, SHOWN)) await device.show(id, 5_000);
  }

  /** What is still missing; an empty list means that all devices are up to date. */
  private async behind(): Promise<string[]> {
    const waiting = this.followers.filter(({ isReady }) => !isReady).map(({ name }) => `${name} is not connected`);
    const ends = await this.ends().catch((fault: unknown) => {
      waiting.push(String(fault));
      return new Map<string, number>();
    });
    for (const follower of this.followers) {
      for (const [conversation, version] of ends) {
        const at = follower.versionOf(conversation);
        if (at === null) continue;
        // A sync may have been quicker than the event, which is to come all the same.
        const least = Math.min(at, follower.journal.lastHeard(conversation) ?? at);
        if (least < version) waiting.push(`${follower.name} is at ${least} of ${version} in ${conversation}`);
      }
    }
    for (const device of this.devices.values()) {
      if (device instanceof SdkDevice && device.unsent > 0) waiting.push(`${device.name} has ${device.unsent} to send`);
    }
    return waiting;
  }

  /** Each conversation's version, as its owner reads it. */
  private async ends(): Promise<Map<string, number>> {
    const found = await inTurn(this.fixture.gatherings, async ({ id, owner }) => {
      const path = `/conversations/${id}`;
      const http = new HttpClient(this.options.balancerUrl, owner.token);
      const { version } = await http.request<{ version: number }>('GET', path, undefined, REQUEST_MS);
      return [id, version] as const;
    });
    return new Map(found);
  }
}

function openDevices(
  people: readonly Person[],
  { shape, url, recorder, seed }: { shape: WorkloadShape; url: string; recorder: Recorder; seed: number },
): Map<string, Device> {
  const chance = new Chance(seed + 1);
  const devices = new Map<string, Device>();
  for (const [place, person] of people.entries()) {
    // By place, so that a small workload has some of each kind.
    const drawn = (place * 0.618 + chance.next() * 0.01 + 0.5) % 1;
    const options = { url, person, recorder };
    if (drawn < shape.rest) devices.set(person.id, new RestDevice(options));
    else if (drawn < shape.rest + shape.sdk) devices.set(person.id, new SdkDevice(options));
    else devices.set(person.id, new SocketDevice({ ...options, transport: inTurnOf(shape.transports, place) }));
  }
  return devices;
}
