import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { quantile } from './latency-histogram.js';

export interface FsyncFigures {
  /** Milliseconds that writing 8 KB and `fdatasync` take together. */
  p50: number;
  p99: number;
  samples: number;
}

const PAGE = 8192;
const FILE_PAGES = 2048;

/**
 * What this machine takes to make 8 KB durable, on the file system of `directory`: the least that a commit costs.
 * As in a write-ahead log, the pages follow each other in a file that has its full length already.
 */
export function probeFsync(directory: string, samples = 1000): FsyncFigures {
  const place = mkdtempSync(join(directory, 'fsync-'));
  const file = openSync(join(place, 'probe'), 'w');
  const page = Buffer.alloc(PAGE, 'p');
  const times: number[] = [];
  try {
    for (let at = 0; at < FILE_PAGES; at += 1) writeSync(file, page, 0, PAGE, at * PAGE);
    fdatasyncSync(file);
    for (let i = 0; i < samples; i += 1) {
      const before = performance.now();
      writeSync(file, page, 0, PAGE, (i % FILE_PAGES) * PAGE);
      fdatasyncSync(file);
      times.push(performance.now() - before);
    }
  } finally {
    closeSync(file);
    rmSync(place, { recursive: true, force: true });
  }
  return { p50: quantile(times, 0.5) ?? 0, p99: quantile(times, 0.99) ?? 0, samples };
}
