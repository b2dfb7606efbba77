import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second, whatever its kernel's own tick. */
const TICKS_PER_SECOND = 100;

interface ProcessStat {
  parent: number;
  /** Seconds of user and system time, its own. */
  own: number;
  /** Seconds of its ended and waited-for children. */
  children: number;
}

/** Seconds of processor time that a process has used so far, its children not counted. Linux only. */
export function cpuSeconds(pid: number): number {
  return read(pid)?.own ?? 0;
}

/** As `cpuSeconds`, of a process with all its direct children, those that have ended too: a Postgres server. */
export function cpuSecondsOfFamily(pid: number): number {
  const parent = read(pid);
  if (!parent) return 0;
  return parent.own + parent.children + childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), 0);
}

/** Bytes of memory that a process holds resident; 0 if it is gone. */
export function residentBytes(pid: number): number {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return 0;
  }
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/** How many files, sockets among them, a process has open; 0 if it is gone. */
export function openFiles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** The direct children of a process that run just now. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => read(id)?.parent === pid);
}

function read(pid: number): ProcessStat | null {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The second field is the name in parentheses and may hold spaces: count from behind it.
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent, user, system, childUser, childSystem] = [fields[1], ...fields.slice(11, 15)];
  return {
    parent: parent ?? 0,
    own: ((user ?? 0) + (system ?? 0)) / TICKS_PER_SECOND,
    children: ((childUser ?? 0) + (childSystem ?? 0)) / TICKS_PER_SECOND,
  };
}
