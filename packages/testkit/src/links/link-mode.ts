/**
 * What a link does to those who talk over it. Bytes that a mode swallows are gone: a connection that has lost some is
 * reset when the link heals, as by a host that no longer knows it.
 *
 * - `pass`: hands on everything, as it comes.
 * - `refuse`: the port is closed; live connections are reset.
 * - `reset`: accepts and resets at once; live connections are reset.
 * - `blackhole`: accepts and swallows both ways, ends included. `blackhole-up` only what clients send, `blackhole-down`
 *   only what they would get.
 * - `freeze`: stops reading, so that the buffers of both sides fill. Nothing is lost.
 * - `delayMs`: hands on each piece that many milliseconds late.
 * - `bytesPerSecond`: the most that one connection carries, each way.
 * - `cutAfter`: resets a connection once it has carried so many bytes since the mode was set, both ways together.
 */
export type LinkMode =
  | 'pass'
  | 'refuse'
  | 'reset'
  | 'blackhole'
  | 'blackhole-up'
  | 'blackhole-down'
  | 'freeze'
  | { delayMs: number }
  | { bytesPerSecond: number }
  | { cutAfter: number };

/** Seen from the client: `up` is what it sends. */
export type Direction = 'up' | 'down';

export function swallows(mode: LinkMode, direction: Direction): boolean {
  return mode === 'blackhole' || mode === `blackhole-${direction}`;
}
