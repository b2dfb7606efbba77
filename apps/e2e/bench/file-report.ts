import { percent, time, verdict, whole } from './figures-text.js';
import type { Chatter, FileFigures, UploadsAtOnce } from './file-load.js';

/** What is wanted of throughput against plain Node, of the node's memory, and of those who write meanwhile. */
const WANTED = { throughput: 0.8, megabytes: 60, p99: 2 };

export function describeFiles(figures: FileFigures): string[] {
  const { bytes, transfers, parley, plain, atOnce, quiet, forms, resumable, beside } = figures;
  const rate = (perSecond: number) => `${whole(perSecond / 1e6)} MB/s`;
  const ratio = (what: 'upload' | 'download' | 'uploadCpu') => parley[what] / plain[what];
  const least = Math.min(ratio('upload'), ratio('download'));
  return [
    `## Files of ${whole(bytes / 1_048_576)} MiB`,
    `one after the other, medians of ${transfers}: uploads ${rate(parley.upload)}, plain Node ${rate(plain.upload)}, ` +
      `${percent(ratio('upload'))}; downloads ${rate(parley.download)}, plain Node ${rate(plain.download)}, ${percent(ratio('download'))}`,
    `processor time of an upload: ${time(parley.uploadCpu * 1_000)}, of plain Node ${time(plain.uploadCpu * 1_000)}, ${percent(ratio('uploadCpu'))}`,
    verdict(`≥ ${WANTED.throughput} × plain Node both ways`, least >= WANTED.throughput),
    `messages, send to delivery, without uploads: ${chatterText(quiet)}`,
    ...describeUploads(`${atOnce} uploads at once by forms`, forms, quiet),
    ...describeUploads(`${atOnce} by tus`, resumable, quiet),
    `${atOnce} to plain Node on the same machine: ${beside.seconds.toFixed(1)} s; messages meanwhile ${chatterText(beside.chatter)}`,
  ];
}

function describeUploads(what: string, { seconds, chatter, before, most }: UploadsAtOnce, quiet: Chatter): string[] {
  const growth = (most - before) / 1e6;
  const slower = (chatter.p99 ?? Infinity) / (quiet.p99 ?? 0);
  return [
    `${what}: ${seconds.toFixed(1)} s; the node's memory grew by ${whole(growth)} MB from ${whole(before / 1e6)} MB`,
    verdict(`≤ ${WANTED.megabytes} MB`, growth <= WANTED.megabytes),
    `messages meanwhile: ${chatterText(chatter)}`,
    verdict(`p99 ≤ ${WANTED.p99} × that without uploads (${slower.toFixed(1)} ×)`, slower <= WANTED.p99),
  ];
}

const chatterText = ({ p50, p99, count }: Chatter) => `p50 ${time(p50)}, p99 ${time(p99)} (${whole(count)})`;
