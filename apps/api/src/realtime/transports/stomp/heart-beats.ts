import { badFrame } from './header-text.js';

/** What this server offers, and what it asks for. */
const OWN_MS = 10_000;
/** Timers cannot be set further ahead than this. */
const FARTHEST_MS = 2_000_000_000;
/**
 * The least silence of a client that has promised heart-beats after which its connection is closed: browsers let the
 * timers of a page in the background run once a minute. A dead line is noticed sooner, by the pings of the WebSocket.
 */
const LEAST_SILENCE_MS = 75_000;

/** Milliseconds from one to the next; 0: none. */
export interface AgreedBeats {
  readonly outgoing: number;
  readonly incoming: number;
}

/** The header of CONNECTED. */
export const OFFERED_BEATS = `${OWN_MS},${OWN_MS}`;

/** Out of what the client can do and wants, and what this server does. @throws `bad_frames` */
export function agreeOnBeats(header = '0,0'): AgreedBeats {
  const given = /^ *(\d{1,15}) *, *(\d{1,15}) *$/.exec(header);
  if (!given) throw badFrame('heart-beat', 'must be two numbers of milliseconds');
  const [can = 0, wants = 0] = given.slice(1).map(Number);
  return { outgoing: between(wants), incoming: between(can) };
}

const between = (theirs: number): number => (theirs === 0 ? 0 : Math.min(Math.max(theirs, OWN_MS), FARTHEST_MS / 3));

interface BeatingLine {
  beat(): void;
  missed(): void;
}

/** Sends a heart-beat where nothing else was sent in time, and notices where none comes. */
export class HeartBeats {
  private readonly timers: NodeJS.Timeout[] = [];
  private hasSent = true;
  private hasHeard = true;

  constructor({ outgoing, incoming }: AgreedBeats, line: BeatingLine) {
    // Looked at twice in a stretch, so that no silence is longer than one.
    if (outgoing > 0) this.every(outgoing / 2, () => this.send(line));
    if (incoming > 0) this.every(Math.max(1.5 * incoming, LEAST_SILENCE_MS), () => this.listen(line));
  }

  sent(): void {
    this.hasSent = true;
  }

  heard(): void {
    this.hasHeard = true;
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private every(ms: number, look: () => void): void {
    this.timers.push(setInterval(look, ms).unref());
  }

  private send(line: BeatingLine): void {
    if (!this.hasSent) line.beat();
    // What was sent now, or since the last look, is enough for the stretch that begins.
    this.hasSent = !this.hasSent;
  }

  private listen(line: BeatingLine): void {
    if (!this.hasHeard) line.missed();
    this.hasHeard = false;
  }
}
