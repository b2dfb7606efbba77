import { readFile } from 'node:fs/promises';

const isLinux = process.platform === 'linux';
/** Of `/proc`. */
const TICK_MS = 10;
const PAGE_BYTES = 4_096;
/** Behind everything else nothing gets far on a busy machine. */
const CLOCK_FACTOR = isLinux ? 6 : 1;

/** How long what may take so much processor time may take by the clock: as long where the system does not tell the former. */
export const clockMsFor = (processorMs: number): number => CLOCK_FACTOR * processorMs;

/** 0 where the system does not say. */
export async function residentBytes(pid: number | undefined): Promise<number> {
  if (!isLinux || pid === undefined) return 0;
  const pages = (await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '')).split(' ')[1];
  return Number(pages ?? 0) * PAGE_BYTES;
}

/** Its own, without that of programs that it runs; 0 where the system does not say. */
export async function processorMsOf(pid: number | undefined): Promise<number> {
  if (!isLinux || pid === undefined) return 0;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // After the name, which is in parentheses and may have spaces.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user ?? 0) + Number(system ?? 0)) * TICK_MS;
}
