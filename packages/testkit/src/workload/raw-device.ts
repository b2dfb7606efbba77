import type { Recorder } from '../history/recorder.js';
import { Journal } from './journal.js';
import { LiveSocket } from './live-socket.js';
import type { Person } from './person.js';

/** A client without any logic: it connects and writes down what comes. */
export class RawDevice {
  readonly name: string;
  private readonly live: LiveSocket;
  readonly journal: Journal;

  constructor({ url, person, recorder }: { url: string; person: Person; recorder: Recorder }) {
    this.name = `${person.name}/raw`;
    this.journal = new Journal(recorder, this.name, person.id);
    this.journal.introduce('raw');
    this.live = new LiveSocket({
      url,
      token: person.token,
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
