import type { Logged } from './device.js';

/** Faults in a device's own log of versions: each move follows the one before, and events move by one. */
export function checkVersions(log: readonly Logged[]): string[] {
  const faults: string[] = [];
  const cursors = new Map<string, number>();
  for (const line of log) {
    if (line.by === 'life') cursors.clear();
    else if (line.by === 'removed') {
      // A repeated frame of an earlier removal is none.
      if (line.version === (cursors.get(line.conversationId) ?? 0) + 1) cursors.delete(line.conversationId);
    } else {
      const fault = moveFault(line, cursors.get(line.conversationId));
      if (fault) faults.push(`${line.conversationId}: ${fault}`);
      cursors.set(line.conversationId, line.to);
    }
  }
  return faults;
}

function moveFault(
  { from, to, by }: { from: number; to: number; by: string },
  held: number | undefined,
): string | null {
  if (by === 'start') return null;
  if (held === undefined) return `${by} moved it from ${from} to ${to} while it was not held`;
  if (from !== held) return `${by} moved it from ${from} although it stood at ${held}`;
  if (by === 'event' && to !== from + 1) return `an event moved it from ${from} to ${to}`;
  if (by === 'sync' && to < from) return `a sync moved it back from ${from} to ${to}`;
  return null;
}
