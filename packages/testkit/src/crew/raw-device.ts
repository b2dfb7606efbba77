import type { Recorder } from '../history/recorder.js';
import { Journal } from './journal.js';
import { LiveSocket } from './live-socket.js';
import type { Person } from './person.js';

/** A client without any logic: it connects and writes down what comes. */
export class RawDevice {
  readonly name: string;
  private readonly live: LiveSocket;
  private readonly versions = new Map<string, number>();

  constructor({ url, person, recorder }: { url: string; person: Person; recorder: Recorder }) {
    this.name = `${person.name}/raw`;
    const journal = new Journal(recorder, this.name, person.id);
    journal.introduce('raw');
    this.live = new LiveSocket({
      url,
      token: person.token,
      journal,
      onHeard: (heard) => {
        this.versions.set(heard.conversation, heard.version);
        journal.heard(this.live.connection, heard, false);
      },
      onLost: () => this.versions.clear(),
    });
  }

  get isReady(): boolean {
    return this.live.isReady;
  }

  /** The last it heard on this connection; null: nothing yet. */
  versionOf(conversation: string): number | null {
    return this.versions.get(conversation) ?? null;
  }

  close(): void {
    this.live.close();
  }
}
