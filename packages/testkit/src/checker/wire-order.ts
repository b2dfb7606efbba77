import type { HeardEvent, HistoryEvent } from '../history/history-event.js';
import type { Check, World } from './check.contract.js';
import type { Findings } from './findings.js';

/** One conversation's events on one connection. */
interface Stream {
  last: HeardEvent;
  /** Passed over, and not come since; by version the event that passed over it. */
  missing: Map<number, HeardEvent>;
}

interface DeviceStreams {
  user: string;
  connection: number;
  isOpen: boolean;
  streams: Map<string, Stream>;
}

/** More holes than these in one jump are one finding. */
const MOST_MISSING = 1_000;

/**
 * I4 on the wire: on each connection, whatever the client behind it makes of it, a conversation's events come by
 * version, without a hole, once; on one that is still open in the end, up to the last.
 */
export class WireOrder implements Check {
  private readonly devices = new Map<string, DeviceStreams>();

  constructor(private readonly findings: Findings) {}

  see(event: HistoryEvent): void {
    if (event.type === 'device') {
      this.devices.set(event.device, { user: event.user, connection: 0, isOpen: false, streams: new Map() });
    } else if (event.type === 'heard') this.heard(event);
    else if (event.type === 'link' && event.what === 'opened') this.open(event.device, event.connection);
    else if (event.type === 'link' && event.what === 'lost') this.close(event.device, event.connection);
  }

  conclude({ final }: World): void {
    for (const device of this.devices.values()) {
      this.tellHoles(device);
      if (!device.isOpen) continue;
      for (const [conversation, { last }] of device.streams) {
        const end = final.conversations.get(conversation)?.end;
        if (!end || last.version >= end.version || !end.members.includes(device.user)) continue;
        const what = `A connection of ${last.device} heard ${conversation} up to version ${last.version} of ${end.version}.`;
        this.findings.add('incomplete', what, [last, end]);
      }
    }
  }

  private heard(event: HeardEvent): void {
    const device = this.devices.get(event.device);
    if (!device || event.connection !== device.connection) return;
    const { conversation, version, kind } = event;
    const stream = device.streams.get(conversation);
    if (kind === 'conversation:created' || !stream) {
      if (stream) this.tellStream(stream);
      device.streams.set(conversation, { last: event, missing: new Map() });
    } else if (version === stream.last.version + 1) stream.last = event;
    else if (version > stream.last.version) {
      const until = Math.min(version, stream.last.version + 1 + MOST_MISSING);
      for (let passed = stream.last.version + 1; passed < until; passed += 1) stream.missing.set(passed, event);
      stream.last = event;
    } else this.late(stream, event);
    if (kind === 'member:removed' && event.users?.includes(device.user)) {
      const ended = device.streams.get(conversation);
      if (ended) this.tellStream(ended);
      device.streams.delete(conversation);
    }
  }

  private late(stream: Stream, event: HeardEvent): void {
    const { device, connection, conversation, version } = event;
    const passing = stream.missing.get(version);
    stream.missing.delete(version);
    const what = `Version ${version} of ${conversation} came ${passing ? 'after what follows it' : 'again'}`;
    this.findings.add(passing ? 'wire-reorder' : 'wire-repeat', `${what}, on connection ${connection} of ${device}.`, [
      passing ?? stream.last,
      event,
    ]);
  }

  private open(name: string, connection: number): void {
    const device = this.devices.get(name);
    if (!device) return;
    this.tellHoles(device);
    device.connection = connection;
    device.isOpen = true;
    device.streams.clear();
  }

  private close(name: string, connection: number): void {
    const device = this.devices.get(name);
    if (device?.connection === connection) device.isOpen = false;
  }

  private tellHoles(device: DeviceStreams): void {
    for (const stream of device.streams.values()) this.tellStream(stream);
  }

  private tellStream({ missing }: Stream): void {
    for (const [version, passing] of missing) {
      const { device, connection, conversation } = passing;
      const what = `Version ${version} of ${conversation} never came on connection ${connection} of ${device}.`;
      this.findings.add('gap', what, [passing]);
    }
    missing.clear();
  }
}
