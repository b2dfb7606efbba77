import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  bareEnvironment,
  Child,
  freePort,
  freshDirectory,
  hostToken,
  type PostgresCluster,
  RestClient,
  residentBytes,
} from '@parley/testkit';
import { type FilePlace, readFile, sendFile } from './file-transfers.js';
import { LatencyHistogram, quantile } from './latency-histogram.js';
import { LoadGenerator } from './load-generator.js';
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

/** Bytes a second. */
interface Throughput {
  upload: number;
  download: number;
}

/** In milliseconds, from send to delivery. */
interface Chatter {
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
  /** While nobody uploads, while all upload to Parley, and while all upload to the plain server beside it. */
  quiet: Chatter;
  uploading: Chatter;
  beside: Chatter;
  /** For the uploads to Parley, and to the plain server. */
  seconds: number;
  plainSeconds: number;
  /** Resident bytes of the node. */
  before: number;
  most: number;
}

/** Files by Parley on Postgres beside plain Node, which pipes them to the same disk, and what they do to who writes meanwhile. */
export async function measureFiles(cluster: PostgresCluster, profileDirectory: string | null): Promise<FileFigures> {
  const server = await startSubject('b', { layout: LAYOUT, cluster, profileDirectory });
  const plain = await PlainFileServer.start();
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

class PlainFileServer {
  private constructor(
    private readonly child: Child,
    readonly place: FilePlace,
    private readonly directory: string,
  ) {}

  static async start(): Promise<PlainFileServer> {
    const [port, directory] = [await freePort(), freshDirectory('plain-files')];
    const child = new Child({
      command: process.execPath,
      args: [fileURLToPath(import.meta.resolve('./plain-file-server.js'))],
      env: { ...bareEnvironment(), PORT: String(port), DIRECTORY: directory },
      logFile: join(directory, 'log'),
    });
    await sleep(1000);
    if (child.exit !== null) throw new Error(`The plain server ended at its start:\n${child.log()}`);
    return new PlainFileServer(child, { url: `http://127.0.0.1:${port}`, path: '', token: '' }, directory);
  }

  async stop(): Promise<void> {
    await this.child.end('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }
}

async function placeOf({ targets: [target] }: Subject, name: string): Promise<FilePlace> {
  const url = `http://${target?.host}:${target?.port}`;
  const token = await hostToken({ externalId: name, name }, undefined, { provision: true });
  await new RestClient(url, token).request('GET', '/users/me');
  return { url, path: '/api/files', token };
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
  const both = (of: Throughput[]) => ({ upload: median(of, 'upload'), download: median(of, 'download') });
  return { parley: both(times.parley), plain: both(times.plain) };
}

async function transfer(place: FilePlace): Promise<Throughput> {
  const began = performance.now();
  const id = await sendFile(place, FILE_BYTES);
  const sent = performance.now();
  const bytes = await readFile(place, id);
  const read = performance.now();
  // The plain server keeps the form as it came.
  if (bytes < FILE_BYTES) throw new Error(`A file of ${FILE_BYTES} bytes was read with ${bytes}.`);
  return { upload: FILE_BYTES / ((sent - began) / 1_000), download: FILE_BYTES / ((read - sent) / 1_000) };
}

async function measureLoad(server: Subject, plain: FilePlace) {
  const generator = await LoadGenerator.start(1, server.targets, server.seats);
  const places = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => placeOf(server, `uploader-${i}`)));
  const [pid = 0] = server.watch.servers;
  const during = async (work: Promise<unknown>) => {
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
  const upload = async (to: readonly FilePlace[]) => {
    const began = performance.now();
    await Promise.all(to.map((place) => sendFile(place, FILE_BYTES)));
    return (performance.now() - began) / 1_000;
  };
  try {
    await generator.pace(MESSAGES_PER_SECOND);
    await during(sleep(WARM_SECONDS * 1_000));
    const quiet = await during(sleep(QUIET_SECONDS * 1_000));
    const before = residentBytes(pid);
    let most = before;
    const sampler = setInterval(() => {
      most = Math.max(most, residentBytes(pid));
    }, SAMPLE_MS);
    const uploads = upload(places);
    const uploading = await during(uploads);
    clearInterval(sampler);
    await during(sleep(WARM_SECONDS * 1_000));
    const besides = upload(places.map(() => plain));
    const beside = await during(besides);
    await generator.pause();
    return { quiet, uploading, beside, seconds: await uploads, plainSeconds: await besides, before, most };
  } finally {
    generator.stop();
  }
}
