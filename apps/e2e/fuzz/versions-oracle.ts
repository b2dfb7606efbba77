import type { Logged } from './device.js';

/** Faults in a device's own log of versions: each move follows the one before, and events move by one. */
export function checkVersions(log: readonly Logged[]): string[] {
  const faults: string[] = [];
  const cursors = new Map<string, number>();
  /** Our removals that arrived before their turn: `id version`. */
  const ahead = new Set<string>();
  for (const line of log) {
    if (line.by === 'life') {
      cursors.clear();
      ahead.clear();
    } else if (line.by === 'removed') {
      // Of a removal that was passed, a repeated frame is nothing new.
      if (cursors.get(line.conversationId) === line.version) cursors.delete(line.conversationId);
      else ahead.add(`${line.conversationId} ${line.version}`);
    } else {
      const { conversationId: id, to } = line;
      const fault = moveFault(line, cursors.get(id));
      if (fault) faults.push(`${id}: ${fault}`);
      if (line.by === 'event' && ahead.has(`${id} ${to}`)) cursors.delete(id);
      else cursors.set(id, to);
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
