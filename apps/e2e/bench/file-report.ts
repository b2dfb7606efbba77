import { percent, time, verdict, whole } from './figures-text.js';
import type { FileFigures } from './file-load.js';

/** What is wanted of throughput against plain Node, of the node's memory, and of those who write meanwhile. */
const WANTED = { throughput: 0.8, megabytes: 60, p99: 2 };

export function describeFiles(figures: FileFigures): string[] {
  const { bytes, transfers, parley, plain, atOnce, quiet, uploading, beside, before, most } = figures;
  const rate = (perSecond: number) => `${whole(perSecond / 1e6)} MB/s`;
  const ratio = (what: 'upload' | 'download') => parley[what] / plain[what];
  const least = Math.min(ratio('upload'), ratio('download'));
  const growth = (most - before) / 1e6;
  const slower = (uploading.p99 ?? Infinity) / (quiet.p99 ?? 0);
  const chatter = ({ p50, p99, count }: FileFigures['quiet']) => `p50 ${time(p50)}, p99 ${time(p99)} (${whole(count)})`;
  return [
    `## Files of ${whole(bytes / 1_048_576)} MiB`,
    `one after the other, medians of ${transfers}: uploads ${rate(parley.upload)}, plain Node ${rate(plain.upload)}, ` +
      `${percent(ratio('upload'))}; downloads ${rate(parley.download)}, plain Node ${rate(plain.download)}, ${percent(ratio('download'))}`,
    verdict(`≥ ${WANTED.throughput} × plain Node both ways`, least >= WANTED.throughput),
    `${atOnce} uploads at once: ${figures.seconds.toFixed(1)} s, to plain Node ${figures.plainSeconds.toFixed(1)} s; ` +
      `the node's memory grew by ${whole(growth)} MB from ${whole(before / 1e6)} MB`,
    verdict(`≤ ${WANTED.megabytes} MB`, growth <= WANTED.megabytes),
    `messages, send to delivery: without uploads ${chatter(quiet)}; with them ${chatter(uploading)}; ` +
      `while plain Node takes them on the same machine ${chatter(beside)}`,
    verdict(`p99 ≤ ${WANTED.p99} × that without uploads (${slower.toFixed(1)} ×)`, slower <= WANTED.p99),
  ];
}
