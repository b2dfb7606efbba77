import type { Recorder } from '../history/recorder.js';
import type { Transport } from '../transports/transport-client.contract.js';
import { Journal } from './journal.js';
import { LiveSocket } from './live-socket.js';
import type { Person } from './person.js';

export interface RawDeviceOptions {
  url: string;
  person: Person;
  recorder: Recorder;
  transport: Transport;
}

/** A client without any logic: it connects and writes down what comes. */
export class RawDevice {
  readonly name: string;
  private readonly live: LiveSocket;
  readonly journal: Journal;

  constructor({ url, person, recorder, transport }: RawDeviceOptions) {
    this.name = `${person.name}/raw-${transport}`;
    this.journal = new Journal(recorder, this.name, person.id);
    this.journal.introduce('raw');
    this.live = new LiveSocket({
      url,
      token: person.token,
      transport,
      journal: this.journal,
      onHeard: (heard) => this.journal.heard(this.live.connection, heard, false),
    });
  }

  get isReady(): boolean {
    return this.live.isReady;
  }

  versionOf(conversation: string): number | null {
    return this.journal.lastHeard(conversation);
  }

  close(): void {
    this.live.close();
  }
}
