import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { hostToken } from '@parley/testkit';
import { readLog } from './chat-log.js';
import { type Comparison, compare } from './comparison.js';
import { Crowd } from './crowd.js';
import { Progress } from './progress.js';
import { type Group, openGroup, openVenue, personOf, type Venue } from './venue.js';

const USAGE = `npm run replay -- FILE [options]
FILE: JSON Lines {at, nick, text}, plain or .gz
  --lines N            only the first N lines
  --connections N      speakers connected at a time (200)
  --readers N          others who watch (3)
  --database KIND      for a node of its own: embedded (the default) or postgres (DATABASE_URL, else a cluster of its own)
  --url URL --issuer I --audience A --secret S
                       a server that runs already and accepts that issuer's HS256 tokens`;

const LISTED = 100;

interface Options {
  file: string;
  lines: number;
  connections: number;
  readers: number;
  venue: () => Promise<Venue>;
}

/** The command line, or how to use it. */
function given() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        lines: { type: 'string' },
        connections: { type: 'string', default: '200' },
        readers: { type: 'string', default: '3' },
        database: { type: 'string', default: 'embedded' },
        url: { type: 'string' },
        issuer: { type: 'string' },
        audience: { type: 'string' },
        secret: { type: 'string' },
      },
    });
  } catch {
    throw new Error(USAGE);
  }
}

function options(): Options {
  const { values, positionals } = given();
  const [file] = positionals;
  const { url, issuer, audience, secret, database } = values;
  const [connections, readers, lines] = [values.connections, values.readers, values.lines ?? 'Infinity'].map(Number);
  const isKind = database === 'embedded' || database === 'postgres';
  if (!file || !connections || !readers || !lines || !isKind) throw new Error(USAGE);
  if (url && !(issuer && audience && secret)) throw new Error(USAGE);
  const elsewhere = async (): Promise<Venue> => ({
    url: url ?? '',
    issuer: { issuer: issuer ?? '', audience: audience ?? '', secret: secret ?? '' },
    description: url ?? '',
    close: async () => undefined,
  });
  return {
    file: resolve(process.env.INIT_CWD ?? '.', file),
    lines,
    connections,
    readers,
    venue: url ? elsewhere : () => openVenue(database),
  };
}

async function replay(): Promise<boolean> {
  const { file, lines, connections, readers, venue: openIt } = options();
  const nicks = new Set<string>();
  let count = 0;
  for await (const { nick } of readLog(file, lines)) {
    nicks.add(nick);
    count += 1;
  }
  const venue = await openIt();
  try {
    console.log(`${count} lines by ${nicks.size} speakers, to ${venue.description}.`);
    const added = performance.now();
    const group = await openGroup(venue, [...nicks], readers);
    console.log(`Speakers added, 100 a request, in ${seconds(added)} s.`);
    const crowd = new Crowd({
      url: new URL(venue.url),
      conversationId: group.conversationId,
      connections,
      tokenOf: (nick) => hostToken(personOf(nick), venue.issuer),
    });
    await send(crowd, file, lines, count);
    return await check(crowd, group);
  } finally {
    await venue.close();
  }
}

async function send(crowd: Crowd, file: string, limit: number, count: number): Promise<void> {
  const began = performance.now();
  const progress = new Progress(count, () => crowd.done);
  for await (const line of readLog(file, limit)) await crowd.say(line);
  await crowd.finish();
  progress.stop();
  const took = (performance.now() - began) / 1000;
  console.log(`Sent in ${took.toFixed(1)} s: ${Math.round(count / took)} lines/s, ${crowd.repeats} repeats.`);
}

async function check(crowd: Crowd, group: Group): Promise<boolean> {
  const { readers, rest, conversationId } = group;
  await settled(readers.map((reader) => () => reader.seen.length));
  for (const reader of readers) reader.close();
  const began = performance.now();
  const comparison = await compare(rest, conversationId, crowd, readers);
  console.log(`History read back in ${seconds(began)} s: ${comparison.rows} rows.`);
  report(comparison, readers.length);
  return comparison.faults.length === 0;
}

function report({ same, systemRows, changedHtml, unchangedHtml, refused, faults }: Comparison, readers: number): void {
  console.log(`\n${changedHtml.length} lines differ because they hold HTML:`);
  for (const { number, sent, stored } of changedHtml) {
    console.log(`  ${number}: ${JSON.stringify(sent)}\n     → ${JSON.stringify(stored)}`);
  }
  const codes = Object.entries(refused).map(
    ([code, numbers]) => `${code}: ${numbers.length} (${numbers.slice(0, LISTED).join(', ')})`,
  );
  console.log(`\nRefused: ${codes.join('; ') || 'none'}`);
  console.log(`${same} lines came back to the letter, ${unchangedHtml} of them with something that looks like a tag.`);
  console.log(`${systemRows} rows are system messages. ${readers} readers watched.`);
  if (faults.length === 0)
    console.log('Nothing lost, nothing twice, every speaker in order, every reader saw the same order.');
  else
    console.log(
      `\n${faults.length} FAULTS:\n${faults
        .slice(0, LISTED)
        .map((fault) => `  ${fault}`)
        .join('\n')}`,
    );
}

/** Waits until none of the counters has moved for a second. */
async function settled(counters: (() => number)[]): Promise<void> {
  let before: string;
  let now = '';
  do {
    before = now;
    await sleep(1000);
    now = counters.map((counter) => counter()).join();
  } while (now !== before);
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const passed = await replay().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return false;
});
process.exitCode = passed ? 0 : 1;
