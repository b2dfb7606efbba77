import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PostgresCluster, ROOT } from '@parley/testkit';
import { compareBuilds, compareConnecting, describeComparison } from './comparison.js';
import { measureCrowds } from './crowd-load.js';
import { type FileFigures, measureFiles } from './file-load.js';
import { type FsyncFigures, probeFsync } from './fsync-probe.js';
import { measureIdleSockets } from './idle-sockets.js';
import { type LockedConversationFigures, measureLockedConversation } from './locked-conversation.js';
import { measurePresence } from './presence-load.js';
import { describeProfile, summarizeProfile } from './profile.js';
import { describeResults, describeRun, machine, type Results, writeResults } from './report.js';
import { PHASES, type Run, runSubject } from './runs.js';
import { SUBJECTS, type SubjectLetter } from './subjects.js';
import { compareTransports, type TransportComparison } from './transport-comparison.js';
import { describeTransportRun } from './transport-report.js';

const USAGE = `npm run bench -- [options]
  --only a,b,c,d,w,lock,idle,presence,crowds,files,transports
                      a: bare Socket.IO, b: Parley on Postgres, c: Parley embedded,
                      d: two nodes of Parley on Postgres with Redis,
                      w: Parley on Postgres with two workers,
                      lock: one conversation locked by another session,
                      idle: memory of silent connections,
                      presence: users who come and go every second on two nodes,
                      crowds: 500, 5,000 and 10,000 connections with few messages, 2,000 people with
                      100 conversations each who connect, 20,000 connections that come and go,
                      files: uploads and downloads beside plain Node, and what uploads do to messages,
                      transports: 500 readers of one conversation by Socket.IO, /ws, STOMP and, where it
                      is installed, RabbitMQ's web-stomp, and memory of silent connections (all of them)
  --loads saturation,fixed,brisk,busy
                      of the servers that meet them, only these loads (all of them)
  --rounds N          how often each is run, in turn; medians are reported (3; transports: 7)
  --seconds N         measured time of each load (10)
  --warmup N          seconds before it (3)
  --sockets N         silent connections (5000)
  --users N           who come and go (1000)
  --generators N      processes that make the load (1)
  --against DIR|NAME=VALUE
                      only compares this build with the one in DIR, a checkout that was
                      compiled (its own npm run bench -- --help does), or with itself under a
                      setting such as SEARCH=off: (b) of each in turn, under the loads
                      saturation and fixed, for 7 rounds or as --rounds says; with --only crowds
                      what connecting costs both
  --profile           records in the first round where the servers' time goes (slows them down a little)`;

/** What is measured beside the servers. */
const OTHERS = ['lock', 'idle', 'presence', 'crowds', 'files', 'transports'];

interface Options {
  only: string[];
  loads: string[];
  rounds: number;
  seconds: number;
  warmup: number;
  generators: number;
  sockets: number;
  users: number;
  profile: boolean;
  /** The other checkout or setting, if there is one to compare with. */
  against: string | null;
}

/** The command line, or how to use it. */
function given() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', default: ['a,b,c,d,w', ...OTHERS].join(',') },
        loads: { type: 'string', default: Object.keys(PHASES).join(',') },
        rounds: { type: 'string' },
        seconds: { type: 'string', default: '10' },
        warmup: { type: 'string', default: '3' },
        generators: { type: 'string', default: '1' },
        sockets: { type: 'string', default: '5000' },
        users: { type: 'string', default: '1000' },
        profile: { type: 'boolean', default: false },
        against: { type: 'string' },
      },
    });
  } catch {
    throw new Error(USAGE);
  }
}

function options(): Options {
  const { values } = given();
  const only = values.only.split(',');
  const loads = values.loads.split(',');
  const unknown = [
    ...only.filter((name) => !(name in SUBJECTS) && !OTHERS.includes(name)),
    ...loads.filter((name) => !(name in PHASES)),
  ];
  const { seconds, warmup, generators, sockets, users, against = null } = values;
  const rounds = values.rounds ?? (against || values.only === 'transports' ? '7' : '3');
  const numbers = [rounds, seconds, warmup, generators, sockets, users].map(Number);
  if (unknown.length > 0 || !numbers.every((number) => number > 0)) throw new Error(USAGE);
  return {
    only,
    loads,
    profile: values.profile,
    against,
    rounds: Number(rounds),
    seconds: Number(seconds),
    warmup: Number(warmup),
    generators: Number(generators),
    sockets: Number(sockets),
    users: Number(users),
  };
}

/** The subjects in turn, round after round, so that a slow minute of the machine meets all of them. */
async function runAll(chosen: Options, cluster: PostgresCluster | null): Promise<Run[]> {
  const runs: Run[] = [];
  const letters = (Object.keys(SUBJECTS) as SubjectLetter[]).filter((letter) => chosen.only.includes(letter));
  for (let round = 1; round <= chosen.rounds; round += 1) {
    for (const letter of letters) {
      const profileDirectory = chosen.profile && round === 1 ? profileDirectoryOf(letter) : null;
      const { runs: fresh, first } = await runSubject(letter, round, { ...chosen, cluster, profileDirectory });
      for (const run of fresh) console.log(describeRun(run));
      if (profileDirectory) console.log(`\n${describeProfile(summarizeProfile(profileDirectory, first))}\n`);
      runs.push(...fresh);
    }
  }
  return runs;
}

function profileDirectoryOf(letter: SubjectLetter | 'files'): string {
  const directory = join(ROOT, 'bench-results', `profile-${letter}-${new Date().toISOString().replaceAll(':', '-')}`);
  mkdirSync(directory, { recursive: true });
  return directory;
}

async function bench(): Promise<void> {
  const chosen = options();
  const { only, rounds, seconds, warmup, generators } = chosen;
  if (chosen.against) return compare({ ...chosen, against: chosen.against });
  const cluster = only.some((name) => ['b', 'd', 'w', ...OTHERS].includes(name)) ? await PostgresCluster.start() : null;
  try {
    const fsync: FsyncFigures = probeFsync(cluster?.directory ?? tmpdir());
    const runs = await runAll(chosen, cluster);
    let lockedConversation: LockedConversationFigures | null = null;
    if (cluster && only.includes('lock')) lockedConversation = await measureLockedConversation({ cluster, seconds: 5 });
    const idle = cluster && only.includes('idle') ? await measureIdleSockets(chosen.sockets, cluster) : null;
    const presence = cluster && only.includes('presence') ? await measurePresence(chosen.users, cluster) : null;
    const crowds = cluster && only.includes('crowds') ? await measureCrowds(cluster, console.log) : null;
    const files = cluster && only.includes('files') ? await measureFilesOf(chosen, cluster) : null;
    const transports = cluster && only.includes('transports') ? await measureTransports(chosen, cluster) : null;
    const results: Results = {
      at: new Date().toISOString(),
      machine: machine(),
      options: { rounds, seconds, warmup, generators },
      fsync,
      runs,
      lockedConversation,
      idle,
      presence,
      crowds,
      files,
      transports,
    };
    console.log(describeResults(results));
    console.log(`\nWritten to ${writeResults(results)}`);
  } finally {
    await cluster?.stop();
  }
}

function measureFilesOf({ profile }: Options, cluster: PostgresCluster): Promise<FileFigures> {
  return measureFiles(cluster, profile ? profileDirectoryOf('files') : null);
}

function measureTransports(chosen: Options, cluster: PostgresCluster): Promise<TransportComparison> {
  const readers = 500;
  return compareTransports({ ...chosen, readers, cluster }, (run) => console.log(describeTransportRun(run)));
}

/** Two builds, alternating, so that both meet what the machine does meanwhile. */
async function compare(chosen: Options & { against: string }): Promise<void> {
  const cluster = await PostgresCluster.start();
  try {
    if (chosen.only.join() === 'crowds') return await compareConnecting({ ...chosen, cluster }, console.log);
    console.log(describeComparison(await compareBuilds({ ...chosen, cluster }, console.log)));
  } finally {
    await cluster.stop();
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
await bench().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
