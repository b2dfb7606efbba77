import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cpuSeconds, hostToken, type PostgresCluster, RestClient, residentBytes } from '@parley/testkit';
import { type FilePlace, readFile, sendFile, sendResumably } from './file-transfers.js';
import { LatencyHistogram, quantile } from './latency-histogram.js';
import { LoadGenerator } from './load-generator.js';
import { PlainFiles } from './plain-files.js';
import { type Subject, startSubject } from './subjects.js';

const FILE_BYTES = 100 * 1_048_576;
/** Files that are sent and read one after the other, at each server in turn. */
const TRANSFERS = 7;
const AT_ONCE = 20;
/** Conversations of two, in which somebody writes while files are sent. */
const LAYOUT = { conversations: 10, members: 2, senders: 1 };
const MESSAGES_PER_SECOND = 50;
const WARM_SECONDS = 5;
/** Without uploads. */
const QUIET_SECONDS = 10;
const SAMPLE_MS = 100;

/** Bytes a second, and seconds of the server's processor time for a file that is uploaded. */
interface Throughput {
  upload: number;
  download: number;
  uploadCpu: number;
}

/** In milliseconds, from send to delivery. */
export interface Chatter {
  p50: number | null;
  p99: number | null;
  count: number;
}

export interface FileFigures {
  bytes: number;
  transfers: number;
  parley: Throughput;
  plain: Throughput;
  atOnce: number;
  /** While nobody uploads. */
  quiet: Chatter;
  forms: UploadsAtOnce;
  /** By tus. */
  resumable: UploadsAtOnce;
  /** To the plain server, beside Parley. */
  beside: UploadsAtOnce;
}

export interface UploadsAtOnce {
  seconds: number;
  /** What those who write get of Parley meanwhile. */
  chatter: Chatter;
  /** Resident bytes of the server that takes them. */
  before: number;
  most: number;
}

/** Files by Parley on Postgres beside plain Node, which pipes them to the same disk, and what they do to who writes meanwhile. */
export async function measureFiles(cluster: PostgresCluster, profileDirectory: string | null): Promise<FileFigures> {
  const server = await startSubject('b', { layout: LAYOUT, cluster, profileDirectory });
  const plain = await PlainFiles.start();
  try {
    const place = await placeOf(server, 'uploader');
    const throughput = await compareThroughput(place, plain.place);
    const load = await measureLoad(server, plain.place);
    return { bytes: FILE_BYTES, transfers: TRANSFERS, atOnce: AT_ONCE, ...throughput, ...load };
  } finally {
    await plain.stop();
    await server.stop();
  }
}

async function placeOf({ targets, watch }: Subject, name: string): Promise<FilePlace> {
  const [[target], [pid = 0]] = [targets, watch.servers];
  const url = `http://${target?.host}:${target?.port}`;
  const token = await hostToken({ externalId: name, name }, undefined, { provision: true });
  await new RestClient(url, token).request('GET', '/users/me');
  return { url, path: '/api/files', token, pid };
}

async function compareThroughput(parley: FilePlace, plain: FilePlace) {
  const times = { parley: [] as Throughput[], plain: [] as Throughput[] };
  for (let turn = 0; turn <= TRANSFERS; turn += 1) {
    const [one, other] = [await transfer(parley), await transfer(plain)];
    // The first is for connections and compilers.
    if (turn === 0) continue;
    times.parley.push(one);
    times.plain.push(other);
  }
  const median = (of: Throughput[], what: keyof Throughput) =>
    quantile(
      of.map((each) => each[what]),
      0.5,
    ) ?? 0;
  const both = (of: Throughput[]) => ({
    upload: median(of, 'upload'),
    download: median(of, 'download'),
    uploadCpu: median(of, 'uploadCpu'),
  });
  return { parley: both(times.parley), plain: both(times.plain) };
}

/** What one server has left to the system to write may not hold up the other one. */
const settleDisk = () => promisify(execFile)('sync');

async function transfer(place: FilePlace): Promise<Throughput> {
  await settleDisk();
  const [began, cpu] = [performance.now(), cpuSeconds(place.pid)];
  const id = await sendFile(place, FILE_BYTES);
  const [sent, uploadCpu] = [performance.now(), cpuSeconds(place.pid) - cpu];
  const bytes = await readFile(place, id);
  const read = performance.now();
  // The plain server keeps the form as it came.
  if (bytes < FILE_BYTES) throw new Error(`A file of ${FILE_BYTES} bytes was read with ${bytes}.`);
  const rate = (ms: number) => FILE_BYTES / (ms / 1_000);
  return { upload: rate(sent - began), download: rate(read - sent), uploadCpu };
}

async function measureLoad(server: Subject, plain: FilePlace) {
  const generator = await LoadGenerator.start(1, server.targets, server.seats);
  const places = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => placeOf(server, `uploader-${i}`)));
  const during = async (work: Promise<unknown>): Promise<Chatter> => {
    const all = new LatencyHistogram();
    const state = { isOver: false };
    const over = work.finally(() => {
      state.isOver = true;
    });
    let count = 0;
    while (!state.isOver) {
      const { latencies, deliveries } = await generator.measure(1, server.watch);
      all.merge(new LatencyHistogram(latencies));
      count += deliveries;
    }
    await over;
    return { p50: all.quantile(0.5), p99: all.quantile(0.99), count };
  };
  const rest = (seconds: number) => during(sleep(seconds * 1_000));
  const uploads = async (to: readonly FilePlace[], send: typeof sendFile): Promise<UploadsAtOnce> => {
    await settleDisk();
    await rest(WARM_SECONDS);
    const pid = to[0]?.pid ?? 0;
    const before = residentBytes(pid);
    let most = before;
    const sampler = setInterval(() => {
      most = Math.max(most, residentBytes(pid));
    }, SAMPLE_MS);
    const began = performance.now();
    const sent = Promise.all(to.map((place) => send(place, FILE_BYTES))).then(() => performance.now() - began);
    const chatter = await during(sent).finally(() => clearInterval(sampler));
    return { seconds: (await sent) / 1_000, chatter, before, most };
  };
  try {
    await generator.pace(MESSAGES_PER_SECOND);
    await rest(WARM_SECONDS);
    const quiet = await rest(QUIET_SECONDS);
    const forms = await uploads(places, sendFile);
    const resumable = await uploads(places, sendResumably);
    const beside = await uploads(
      places.map(() => plain),
      sendFile,
    );
    await generator.pause();
    return { quiet, forms, resumable, beside };
  } finally {
    generator.stop();
  }
}
