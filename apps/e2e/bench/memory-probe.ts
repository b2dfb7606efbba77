import { type MemoryReading, READING } from './memory-reading.js';

/**
 * Preloaded into a server with `--expose-gc --import`: on SIGUSR2 it collects garbage and prints what is left, so that
 * what two servers hold can be compared, and not when each of them last tidied up.
 */
process.on('SIGUSR2', () => {
  // Twice: what the first run finds unreachable may have kept other things.
  for (let run = 0; run < 2; run += 1) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const reading: MemoryReading = { resident: rss, used: heapUsed + external };
  console.log(READING + JSON.stringify(reading));
});
