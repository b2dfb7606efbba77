import type { Random } from './random.js';

/** A Socket.IO packet, as far as it matters here. */
export interface Packet {
  type: number;
  id?: number;
  data?: unknown;
}

interface Held {
  packet: Packet;
  /** So many others pass before it. */
  behind: number;
}

const LONGEST_MS = 60;

/** Lets frames of one connection overtake each other. What it still holds when the connection ends never arrives. */
export class FrameShuffle {
  private held: Held[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly random: Random,
    private readonly deliver: (packet: Packet) => void,
  ) {}

  /** On to the client, and after it those that have waited for long enough. */
  pass(packet: Packet): void {
    this.deliver(packet);
    const due = this.held.filter((held) => (held.behind -= 1) <= 0);
    if (due.length === 0) return;
    this.held = this.held.filter(({ behind }) => behind > 0);
    for (const held of due) this.deliver(held.packet);
  }

  /** It comes after a few others, or after a moment where no others come. */
  hold(packet: Packet): void {
    this.held.push({ packet, behind: this.random.between(1, 6) });
    this.timer ??= setTimeout(() => this.release(), this.random.between(5, LONGEST_MS)).unref();
  }

  private release(): void {
    this.timer = null;
    const all = this.held;
    this.held = [];
    for (const { packet } of all) this.deliver(packet);
  }
}
